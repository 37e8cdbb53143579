/* What is asked of the machine. */
#ifndef TR_BASE_SYSTEM_H
#define TR_BASE_SYSTEM_H

#include <pthread.h>

/* Seconds since some moment, which no change of the clock's time moves. */
double tr_seconds(void);

/* Waits for the condition, at most so many seconds, of which there are few; it may end sooner. A change of
 * the system's clock makes it wait for too long at worst once. */
void tr_wait(pthread_cond_t *condition, pthread_mutex_t *mutex, double seconds);

/* How many threads `jobs` stands for, up to `most`: 0 is one per processor. */
int tr_count_jobs(int jobs, int most);

#endif
