/* Sine and cosine with the same bits on every machine.
 *
 * The C library's may differ in the last bit, even between two processors: glibc chooses a variant
 * with or without fused multiply-add at run time. Data that is made is data that others compare, so
 * it is made of additions and multiplications only. The error is below one unit in the last place. */
#ifndef TR_LEARN_TRIGONOMETRY_H
#define TR_LEARN_TRIGONOMETRY_H

/* Of an angle in radians, from -1000 to 1000. */
double tr_sin(double angle);
double tr_cos(double angle);

#endif
