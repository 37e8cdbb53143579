/* What is said of several runs while they are shown. */
#ifndef TR_RENDER_NARRATE_H
#define TR_RENDER_NARRATE_H

#include "joint.h"
#include "timeline.h"

/* "samples seen 5369, lowest error 0.0012 (batch size 1)", where the errors are those of the runs' newest
 * batches. `joint` is borrowed. */
tr_narrator tr_joint_narrator(const tr_joint *joint);

#endif
