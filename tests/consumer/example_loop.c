/* A net and a training loop of one's own: trainreel is given the weights after every iteration. */
#include <math.h>
#include <stdio.h>
#include <trainreel/trainreel.h>

enum { N = 100, HIDDEN = 6, N_PARAMS = 3 * HIDDEN + 1 };

/* One step of gradient descent on (prediction - y)^2 with all samples; returns the loss before it. */
static double learn(float *p, const double *x, const double *y, double learning_rate) {
    const float *w1 = p, *b1 = p + HIDDEN, *w2 = p + 2 * HIDDEN, *b2 = p + 3 * HIDDEN;
    double gradient[N_PARAMS] = {0}, loss = 0;
    for (int i = 0; i < N; i++) {
        double hidden[HIDDEN], prediction = *b2;
        for (int j = 0; j < HIDDEN; j++) {
            hidden[j] = tanh(w1[j] * x[i] + b1[j]);
            prediction += w2[j] * hidden[j];
        }
        double error = prediction - y[i], slope = 2 * error / N;
        loss += error * error / N;
        for (int j = 0; j < HIDDEN; j++) {
            double before_tanh = slope * w2[j] * (1 - hidden[j] * hidden[j]);
            gradient[j] += before_tanh * x[i];
            gradient[HIDDEN + j] += before_tanh;
            gradient[2 * HIDDEN + j] += slope * hidden[j];
        }
        gradient[3 * HIDDEN] += slope;
    }
    for (int k = 0; k < N_PARAMS; k++)
        p[k] -= (float)(learning_rate * gradient[k]);
    return loss;
}

static tr_status train(tr_rendering *rendering, const tr_dataset *data, tr_diag *diag) {
    float params[N_PARAMS] = {1, 1, 1, 1, 1, 1, 0, -1, -2, -3, -4, -5}; /* bends at 0, 1, 2 … */
    tr_snapshot state = {.loss = NAN, .n_params = N_PARAMS, .params = params};
    tr_status status = tr_rendering_push(rendering, &state, diag);
    while (!status && state.iteration < 6000) {
        state.loss = (float)learn(params, data->x, data->y, 0.05);
        state.epoch = state.iteration++;
        state.batch_size = N;
        state.samples_seen += N;
        status = tr_rendering_push(rendering, &state, diag);
    }
    return status;
}

int main(void) {
    tr_diag diag = {0};
    tr_dataset *data = NULL;
    tr_network *network = NULL;
    tr_rendering *rendering = NULL;
    tr_report report = {0};
    const tr_layer layers[] = {{.n_units = HIDDEN, .activation = TR_ACTIVATION_TANH},
                               {.n_units = 1, .activation = TR_ACTIVATION_LINEAR}};
    tr_render_options options = tr_render_options_default();
    options.name = "sine";
    tr_status status = tr_dataset_create_kind(&data, TR_DATA_SINE, N, 0, NULL, &diag);
    if (!status)
        status = tr_network_create(&network, 1, layers, 2, &diag);
    tr_source run = {.network = network, .dataset = data, .n_iterations = 6000};
    if (!status)
        status = tr_rendering_create(&rendering, &run, &options, &diag);
    if (!status)
        status = train(rendering, data, &diag);
    if (!status)
        status = tr_rendering_finish(rendering, &report, &diag);
    if (status)
        fprintf(stderr, "%s\n", diag.text);
    else
        printf("%s: loss %g\n", report.artifacts[0].path, (double)report.final_loss);
    tr_report_destroy(&report);
    tr_rendering_destroy(&rendering);
    tr_network_destroy(&network);
    tr_dataset_destroy(&data);
    return status ? 1 : 0;
}
