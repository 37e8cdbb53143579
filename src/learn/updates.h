/* Kernels that run over parameters. Only for kernels_table.h. */
#ifndef TR_LEARN_UPDATES_H
#define TR_LEARN_UPDATES_H

#include "kernels.h"

#include <math.h>

static void widen(double *restrict wide, const float *restrict values, size_t n_params) {
    for (size_t i = 0; i < n_params; i++)
        wide[i] = (double)values[i];
}

static void take(float *restrict values, double *restrict wide, size_t n_params) {
    for (size_t i = 0; i < n_params; i++) {
        values[i] = (float)wide[i];
        wide[i] = 0;
    }
}

static void descend(const tr_update *update, float *restrict params,
                    const float *restrict gradient) {
    const float rate = update->rate;
    for (size_t i = 0, n = update->n_params; i < n; i++)
        params[i] -= rate * gradient[i];
}

static void descend_with_momentum(const tr_update *update, float *restrict params,
                                  const float *restrict gradient) {
    const float rate = update->rate, momentum = update->momentum;
    const bool nesterov = update->nesterov;
    float *restrict velocities = update->first;
    for (size_t i = 0, n = update->n_params; i < n; i++) {
        const float step = rate * gradient[i];
        const float velocity = momentum * velocities[i] - step;
        velocities[i] = velocity;
        params[i] = nesterov ? params[i] + momentum * velocity - step : params[i] + velocity;
    }
}

static void descend_adam(const tr_update *update, float *restrict params,
                         const float *restrict gradient) {
    const float rate = update->rate, epsilon = update->epsilon;
    const float beta_1 = update->beta_1, beta_2 = update->beta_2;
    float *restrict means = update->first;
    float *restrict squares = update->second;
    for (size_t i = 0, n = update->n_params; i < n; i++) {
        const float g = gradient[i];
        means[i] = beta_1 * means[i] + (1 - beta_1) * g;
        squares[i] = beta_2 * squares[i] + (1 - beta_2) * (g * g);
        params[i] -= rate * means[i] / (sqrtf(squares[i]) + epsilon);
    }
}

/* a = keep a + add g^2: RMSprop's running mean, and Adagrad's sum. */
static void descend_scaled(const tr_update *update, float *restrict params,
                           const float *restrict gradient) {
    const float rate = update->rate, epsilon = update->epsilon;
    const float keep = update->keep, add = update->add;
    float *restrict squares = update->first;
    for (size_t i = 0, n = update->n_params; i < n; i++) {
        const float g = gradient[i];
        squares[i] = keep * squares[i] + add * (g * g);
        params[i] -= rate * g / sqrtf(squares[i] + epsilon);
    }
}

#endif
