/** @file
 * All of trainreel: turns the training of a neural net into a video.
 */
#ifndef TRAINREEL_TRAINREEL_H
#define TRAINREEL_TRAINREEL_H

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
