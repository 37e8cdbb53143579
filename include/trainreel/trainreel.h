/** @file
 * All of trainreel: turns the training of a neural net into a video.
 */
/** @mainpage
 * trainreel turns the training of a neural net into a video. `#include <trainreel/trainreel.h>` is all of
 * it; the parts are
 *
 * - render.h: from a training, or a loop of your own, to files
 * - compare.h: several runs in one picture
 * - picture.h and video.h: what is drawn and how it is encoded
 * - trainer.h, network.h, dataset.h and random.h: Keras' training, number for number
 * - recording.h and snapshot.h: the states of a run, to be read again
 * - ring.h: snapshots on their way from one thread to another
 * - status.h and cancel.h: what went wrong, and how to stop
 *
 * How to begin is in the README, with two programs.
 */
#ifndef TRAINREEL_TRAINREEL_H
#define TRAINREEL_TRAINREEL_H

#include <trainreel/cancel.h>
#include <trainreel/compare.h>
#include <trainreel/dataset.h>
#include <trainreel/network.h>
#include <trainreel/picture.h>
#include <trainreel/probe.h>
#include <trainreel/random.h>
#include <trainreel/recording.h>
#include <trainreel/render.h>
#include <trainreel/ring.h>
#include <trainreel/snapshot.h>
#include <trainreel/status.h>
#include <trainreel/trainer.h>
#include <trainreel/video.h>

#endif
