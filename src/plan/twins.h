/* Which of a build's files show the same as others. */
#ifndef TR_PLAN_TWINS_H
#define TR_PLAN_TWINS_H

#include "build.h"

/* The place of the file's kind among those that can show the same; of several files the page shows the one
 * whose kind comes first. */
size_t tr_find_format(const char *path);

/* The type of a video that browsers play, such as "video/mp4"; NULL for other files, animated pictures among
 * them. */
const char *tr_played_type(const char *path);

/* Whether it is a video that browsers play. */
bool tr_is_played(const tr_plan_artifact *artifact);

/* Whether both show the same as files of two kinds, such as error.svg and error.png. `a` and `b` are artifacts of
 * the plan. */
bool tr_are_twins(const tr_plan *plan, const tr_build_report *report, size_t a, size_t b);

/* Whether another file stands for this one. */
bool tr_has_better_twin(const tr_plan *plan, const tr_build_report *report, size_t index);

/* The first poster, or captions, of a video and its twins; NULL if there is none. It is the plan's. */
const char *tr_find_companion(const tr_plan *plan, const tr_build_report *report, size_t index,
                              bool captions);

/* Whether two videos show the same states at the same times: of the same runs, or of two that are as long. */
bool tr_are_aligned(const tr_plan *plan, const tr_build_report *report, size_t a, size_t b);

#endif
