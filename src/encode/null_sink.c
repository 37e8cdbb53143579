/* Frames that go nowhere, for measuring what comes before an encoder. */
#include "sink.h"

const tr_sink_ops tr_null_sink_ops = {.sink_size = sizeof(tr_sink),
                                      .worker_size = sizeof(tr_sink_worker),
                                      .segment_size = sizeof(tr_segment)};
