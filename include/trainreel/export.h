/** @file
 * What the shared library exports. Everything public is marked TR_API; everything else is hidden.
 */
#ifndef TRAINREEL_EXPORT_H
#define TRAINREEL_EXPORT_H

/** @def TR_API
 * Marks what the shared library exports. */
/** @def TR_MUST_CHECK
 * Marks a function whose result must be looked at; compilers warn where it is not. */
/** @def TR_PRINTF
 * Marks a function that takes a format as printf() does, and where it and its arguments are. */
/** @def TR_BEGIN_DECLS
 * Before declarations, which are C's in C++ too. */
/** @def TR_END_DECLS
 * After them. */
#if defined(__GNUC__) || defined(__clang__)
#define TR_API __attribute__((visibility("default")))
#define TR_MUST_CHECK __attribute__((warn_unused_result))
#define TR_PRINTF(format_index, first_argument)                                                    \
    __attribute__((format(printf, format_index, first_argument)))
#else
#define TR_API
#define TR_MUST_CHECK
#define TR_PRINTF(format_index, first_argument)
#endif

#ifdef __cplusplus
#define TR_BEGIN_DECLS extern "C" {
#define TR_END_DECLS }
#else
#define TR_BEGIN_DECLS
#define TR_END_DECLS
#endif

#endif
