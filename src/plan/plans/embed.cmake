# cmake -D PLANS=a.yaml;b.yaml -D OUTPUT=plans.c -P embed.cmake: the files as C.
set(arrays "")
set(rows "")
list(SORT PLANS)
foreach(plan IN LISTS PLANS)
  get_filename_component(name ${plan} NAME_WE)
  string(MAKE_C_IDENTIFIER ${name} identifier)
  file(READ ${plan} bytes HEX)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
  string(APPEND arrays "static const unsigned char ${identifier}[] = {\n${bytes}};\n\n")
  string(APPEND rows "    {\"${name}\", (const char *)${identifier}, sizeof ${identifier}},\n")
endforeach()
file(WRITE ${OUTPUT} "/* Made by embed.cmake from the YAML files beside it. */\n#include \"plan.h\"\n\n"
     "${arrays}const tr_built_in_plan tr_built_in_plans[] = {\n${rows}};\n"
     "const size_t tr_n_built_in_plans = sizeof tr_built_in_plans / sizeof *tr_built_in_plans;\n")
