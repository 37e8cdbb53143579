/** @file
 * What the shared library exports. Everything public is marked TR_API; everything else is hidden.
 */
#ifndef TRAINREEL_EXPORT_H
#define TRAINREEL_EXPORT_H

#if defined(__GNUC__) || defined(__clang__)
#define TR_API __attribute__((visibility("default")))
#define TR_MUST_CHECK __attribute__((warn_unused_result))
#define TR_PRINTF(format_index, first_argument)                                                    \
    __attribute__((format(printf, format_index, first_argument)))
#else
#define TR_API
#define TR_MUST_CHECK
#define TR_PRINTF(format_index, first_argument)
#endif

#ifdef __cplusplus
#define TR_BEGIN_DECLS extern "C" {
#define TR_END_DECLS }
#else
#define TR_BEGIN_DECLS
#define TR_END_DECLS
#endif

#endif
