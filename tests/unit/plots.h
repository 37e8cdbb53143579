/* What the tests that draw share. */
#ifndef TR_TESTS_PLOTS_H
#define TR_TESTS_PLOTS_H

#include "support.h"

#include "plotter.h"

/* A plotter and the scene that it needs, for a run that needs no recording. */
typedef struct test_film {
    tr_scene *scene;
    tr_plotter *plotter;
} test_film;

static inline test_film create_film(const post_run *run, const tr_picture *picture) {
    tr_diag diag = {0};
    test_film made;
    assert_ok(tr_scene_create(&made.scene, picture, run->network, run->dataset,
                              TR_LOSS_MEAN_SQUARED_ERROR, NULL, &diag),
              diag);
    assert_ok(tr_plotter_create(&made.plotter, made.scene, &diag), diag);
    return made;
}

static inline void destroy_film(test_film *film) {
    tr_plotter_destroy(&film->plotter);
    tr_scene_destroy(&film->scene);
    assert_null(film->plotter);
    assert_null(film->scene);
}

#endif
