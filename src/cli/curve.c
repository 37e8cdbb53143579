#include "curve.h"

#include <math.h>

/* Of four neighbours the lowest and the highest stay, in their order; the first and the last one where all
 * are the same. Numbers go before what is none. Returns how many stay. */
static size_t thin_four(const tr_snapshot *four, tr_snapshot *kept) {
    size_t low = 0, high = 0;
    for (size_t i = 1; i < 4; i++) {
        low = isnan(four[low].loss) || four[i].loss < four[low].loss ? i : low;
        high = isnan(four[high].loss) || four[i].loss > four[high].loss ? i : high;
    }
    size_t first = low < high ? low : high;
    size_t second = low < high ? high : low == high ? 3 : low;
    const tr_snapshot chosen[2] = {four[first], four[second]};
    kept[0] = chosen[0];
    kept[1] = chosen[1];
    return first == second ? 1 : 2;
}

/* The very first point and the newest ones stay. */
static void thin(tr_curve *curve) {
    size_t count = 1;
    size_t next = 1;
    for (; next + 4 < curve->count; next += 4)
        count += thin_four(&curve->points[next], &curve->points[count]);
    while (next < curve->count)
        curve->points[count++] = curve->points[next++];
    curve->count = count;
}

void tr_curve_add(tr_curve *curve, const tr_snapshot *snapshot) {
    if (curve->count && snapshot->iteration <= curve->points[curve->count - 1].iteration)
        return;
    if (curve->count == TR_CURVE_POINTS)
        thin(curve);
    tr_snapshot *point = &curve->points[curve->count++];
    *point = *snapshot;
    point->n_params = 0;
    point->params = NULL;
}

tr_status tr_curve_record(const tr_curve *curve, tr_recording **recording, tr_diag *diag) {
    tr_status status = tr_recording_create(recording, 0, diag);
    for (size_t i = 0; !status && i < curve->count; i++)
        status = tr_recording_append(*recording, &curve->points[i], diag);
    if (status)
        tr_recording_destroy(recording);
    return status;
}
