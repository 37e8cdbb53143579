#include "principal.h"

#include "alloc.h"
#include "diag.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A variance below this share of the first is rounding. */
#define NO_VARIANCE 1e-13

enum { MAX_SWEEPS = 60 };

typedef struct work {
    size_t n_rows;
    size_t n_values;
    double *centred; /* [n_rows, n_values] */
    double *gram;    /* [n_rows, n_rows]: products of the centred rows, then diagonal */
    double *vectors; /* [n_rows, n_rows]: a column for each eigenvector */
} work;

static double dot(const double *a, const double *b, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += a[i] * b[i];
    return sum;
}

static void center_rows(work *w, const float *rows) {
    for (size_t k = 0; k < w->n_values; k++) {
        double mean = 0;
        for (size_t i = 0; i < w->n_rows; i++)
            mean += (double)rows[i * w->n_values + k];
        mean /= (double)w->n_rows;
        for (size_t i = 0; i < w->n_rows; i++)
            w->centred[i * w->n_values + k] = (double)rows[i * w->n_values + k] - mean;
    }
}

/* The eigenvectors of X X^T give those of X^T X, which may be much larger. */
static void multiply_rows(work *w) {
    size_t n = w->n_rows;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++)
            w->gram[i * n + j] = w->gram[j * n + i] =
                dot(w->centred + i * w->n_values, w->centred + j * w->n_values, w->n_values);
    for (size_t i = 0; i < n; i++)
        w->vectors[i * n + i] = 1;
}

/* Turns the axes p and q so that the element (p, q) becomes 0. */
static void rotate(work *w, size_t p, size_t q) {
    size_t n = w->n_rows;
    double *a = w->gram;
    double off = a[p * n + q];
    double theta = (a[q * n + q] - a[p * n + p]) / (2 * off);
    double tangent = (theta < 0 ? -1 : 1) / (fabs(theta) + sqrt(theta * theta + 1));
    double cosine = 1 / sqrt(tangent * tangent + 1);
    double sine = tangent * cosine;
    for (size_t k = 0; k < n; k++) {
        double at_p = a[k * n + p], at_q = a[k * n + q];
        a[k * n + p] = cosine * at_p - sine * at_q;
        a[k * n + q] = sine * at_p + cosine * at_q;
    }
    for (size_t k = 0; k < n; k++) {
        double at_p = a[p * n + k], at_q = a[q * n + k];
        a[p * n + k] = cosine * at_p - sine * at_q;
        a[q * n + k] = sine * at_p + cosine * at_q;
        at_p = w->vectors[k * n + p], at_q = w->vectors[k * n + q];
        w->vectors[k * n + p] = cosine * at_p - sine * at_q;
        w->vectors[k * n + q] = sine * at_p + cosine * at_q;
    }
    a[p * n + q] = a[q * n + p] = 0;
}

/* Jacobi's method: sweeps over all pairs until nothing is left beside the diagonal (Golub and Van
 * Loan, "Matrix Computations", 8.5). */
static void diagonalize(work *w) {
    size_t n = w->n_rows;
    double trace = 0;
    for (size_t i = 0; i < n; i++)
        trace += w->gram[i * n + i];
    double negligible = 1e-16 * trace;
    for (int sweep = 0; sweep < MAX_SWEEPS; sweep++) {
        size_t n_rotations = 0;
        for (size_t p = 0; p + 1 < n; p++)
            for (size_t q = p + 1; q < n; q++)
                if (fabs(w->gram[p * n + q]) > negligible) {
                    rotate(w, p, q);
                    n_rotations++;
                }
        if (!n_rotations)
            return;
    }
}

/* The two largest elements of the diagonal; n_rows where there are not so many. */
static void find_largest(const work *w, size_t largest[2]) {
    size_t n = w->n_rows;
    largest[0] = largest[1] = n;
    for (int rank = 0; rank < 2; rank++)
        for (size_t i = 0; i < n; i++)
            if (i != largest[0] &&
                (largest[rank] == n || w->gram[i * n + i] > w->gram[largest[rank] * (n + 1)]))
                largest[rank] = i;
}

/* Makes the vector a unit vector at right angles to `other` (unless that is NULL). Returns false if
 * hardly anything is left of it. */
static bool normalize(double *vector, const double *other, size_t count) {
    double before = sqrt(dot(vector, vector, count));
    if (!(before > 0))
        return false;
    for (size_t i = 0; i < count; i++)
        vector[i] /= before;
    for (int round = 0; other && round < 2; round++) {
        double along = dot(vector, other, count);
        for (size_t i = 0; i < count; i++)
            vector[i] -= along * other[i];
    }
    double length = sqrt(dot(vector, vector, count));
    if (length < 1e-3)
        return false;
    for (size_t i = 0; i < count; i++)
        vector[i] /= length;
    return true;
}

/* Along the value that the other direction depends on least. */
static void choose_any(double *direction, const double *other, size_t count) {
    size_t least = 0;
    for (size_t i = 1; other && i < count; i++)
        if (fabs(other[i]) < fabs(other[least]))
            least = i;
    memset(direction, 0, count * sizeof *direction);
    direction[least] = 1;
    if (other)
        normalize(direction, other, count);
}

static void choose_sign(double *direction, const work *w) {
    size_t count = w->n_values;
    double moved = dot(direction, w->centred + (w->n_rows - 1) * count, count) -
                   dot(direction, w->centred, count);
    size_t largest = 0;
    for (size_t i = 1; i < count; i++)
        if (fabs(direction[i]) > fabs(direction[largest]))
            largest = i;
    if (moved < 0 || (moved == 0 && direction[largest] < 0))
        for (size_t i = 0; i < count; i++)
            direction[i] = -direction[i];
}

static void find_directions(tr_principal *principal, const work *w) {
    size_t n = w->n_rows;
    size_t count = w->n_values;
    size_t largest[2];
    double total = 0;
    find_largest(w, largest);
    for (size_t i = 0; i < n; i++)
        total += fmax(w->gram[i * n + i], 0);
    for (int rank = 0; rank < 2; rank++) {
        double *direction = principal->directions[rank];
        const double *other = rank ? principal->directions[0] : NULL;
        double variance = largest[rank] < n ? w->gram[largest[rank] * (n + 1)] : 0;
        bool found = variance > NO_VARIANCE * total;
        for (size_t i = 0; found && i < n; i++)
            for (size_t k = 0; k < count; k++)
                direction[k] += w->vectors[i * n + largest[rank]] * w->centred[i * count + k];
        found = found && normalize(direction, other, count);
        if (found) {
            principal->shares[rank] = variance / total;
            choose_sign(direction, w);
        } else {
            choose_any(direction, other, count);
        }
    }
}

tr_status tr_principal_find(tr_principal *principal, const float *rows, size_t n_rows,
                            size_t n_values, tr_diag *diag) {
    work w = {.n_rows = n_rows,
              .n_values = n_values,
              .centred = tr_alloc_array(n_values, n_rows * sizeof *w.centred),
              .gram = tr_alloc_array(n_rows * n_rows, sizeof *w.gram),
              .vectors = tr_alloc_array(n_rows * n_rows, sizeof *w.vectors)};
    *principal = (tr_principal){.n_values = n_values};
    for (int i = 0; i < 2; i++)
        principal->directions[i] = tr_alloc_array(n_values, sizeof(double));
    tr_status status = TR_OK;
    if (w.centred && w.gram && w.vectors && principal->directions[0] && principal->directions[1]) {
        center_rows(&w, rows);
        multiply_rows(&w);
        diagonalize(&w);
        find_directions(principal, &w);
    } else {
        status = tr_fail_memory(diag, "principal components");
    }
    free(w.centred);
    free(w.gram);
    free(w.vectors);
    return status;
}

void tr_principal_clear(tr_principal *principal) {
    free(principal->directions[0]);
    free(principal->directions[1]);
    *principal = (tr_principal){0};
}

void tr_principal_project(const tr_principal *principal, const float *origin, const float *values,
                          double along[2]) {
    along[0] = along[1] = 0;
    for (size_t i = 0; i < principal->n_values; i++) {
        double offset = (double)values[i] - (double)origin[i];
        along[0] += offset * principal->directions[0][i];
        along[1] += offset * principal->directions[1][i];
    }
}
