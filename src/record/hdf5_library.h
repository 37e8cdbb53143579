/* The HDF5 library, loaded when the first recording on disk is made or opened.
 *
 * On Debian it brings more than thirty shared libraries along, which take 4 ms to load; a program
 * that has nothing to do with recordings does not wait for them. So nothing here is linked against it:
 * its functions are called through a table, as those of FFmpeg are (src/encode/av.h).
 *
 * Not every HDF5 library may be used by several threads, and none works at two things at once. So one
 * mutex guards it, and with it all that its identifiers stand for: tr_hdf5_enter() takes it, and
 * tr_hdf5_leave() gives it back. */
#ifndef TR_RECORD_HDF5_LIBRARY_H
#define TR_RECORD_HDF5_LIBRARY_H

#include <hdf5.h>
#include <trainreel/status.h>

/* With these, constants such as H5F_ACC_RDONLY call the library, which is open when they are used. */
#undef H5CHECK
#define H5CHECK
#undef H5OPEN
#define H5OPEN

#define TR_HDF5_FUNCTIONS(X)                                                                       \
    X(H5open)                                                                                      \
    X(H5dont_atexit)                                                                               \
    X(H5free_memory)                                                                               \
    X(H5Aclose)                                                                                    \
    X(H5Acreate2)                                                                                  \
    X(H5Aexists)                                                                                   \
    X(H5Aget_space)                                                                                \
    X(H5Aget_type)                                                                                 \
    X(H5Aopen)                                                                                     \
    X(H5Aread)                                                                                     \
    X(H5Awrite)                                                                                    \
    X(H5Dclose)                                                                                    \
    X(H5Dcreate2)                                                                                  \
    X(H5Dget_create_plist)                                                                         \
    X(H5Dget_space)                                                                                \
    X(H5Dget_storage_size)                                                                         \
    X(H5Dget_type)                                                                                 \
    X(H5Dopen2)                                                                                    \
    X(H5Dread)                                                                                     \
    X(H5Drefresh)                                                                                  \
    X(H5Dset_extent)                                                                               \
    X(H5Dwrite)                                                                                    \
    X(H5Dwrite_chunk)                                                                              \
    X(H5Eget_auto2)                                                                                \
    X(H5Eset_auto2)                                                                                \
    X(H5Ewalk2)                                                                                    \
    X(H5Fclose)                                                                                    \
    X(H5Fcreate)                                                                                   \
    X(H5Fflush)                                                                                    \
    X(H5Fopen)                                                                                     \
    X(H5Fstart_swmr_write)                                                                         \
    X(H5Gclose)                                                                                    \
    X(H5Gcreate2)                                                                                  \
    X(H5Gget_info)                                                                                 \
    X(H5Gopen2)                                                                                    \
    X(H5Lexists)                                                                                   \
    X(H5Lget_info)                                                                                 \
    X(H5Lget_name_by_idx)                                                                          \
    X(H5Pclose)                                                                                    \
    X(H5Pcreate)                                                                                   \
    X(H5Pget_chunk)                                                                                \
    X(H5Pget_external_count)                                                                       \
    X(H5Pget_filter2)                                                                              \
    X(H5Pget_layout)                                                                               \
    X(H5Pget_nfilters)                                                                             \
    X(H5Pset_cache)                                                                                \
    X(H5Pset_chunk)                                                                                \
    X(H5Pset_chunk_cache)                                                                          \
    X(H5Pset_deflate)                                                                              \
    X(H5Pset_fletcher32)                                                                           \
    X(H5Pset_libver_bounds)                                                                        \
    X(H5Pset_metadata_read_attempts)                                                               \
    X(H5Pset_obj_track_times)                                                                      \
    X(H5Pset_shuffle)                                                                              \
    X(H5Sclose)                                                                                    \
    X(H5Screate)                                                                                   \
    X(H5Screate_simple)                                                                            \
    X(H5Sget_simple_extent_dims)                                                                   \
    X(H5Sget_simple_extent_ndims)                                                                  \
    X(H5Sget_simple_extent_type)                                                                   \
    X(H5Sselect_hyperslab)                                                                         \
    X(H5Tclose)                                                                                    \
    X(H5Tcopy)                                                                                     \
    X(H5Tequal)                                                                                    \
    X(H5Tget_class)                                                                                \
    X(H5Tget_size)                                                                                 \
    X(H5Tis_variable_str)                                                                          \
    X(H5Tset_cset)                                                                                 \
    X(H5Tset_size)                                                                                 \
    X(H5Tset_strpad)

/* Identifiers of the library, behind macros of its headers that call functions. */
#define TR_HDF5_VARIABLES(X)                                                                       \
    X(H5P_CLS_DATASET_ACCESS_ID_g)                                                                 \
    X(H5P_CLS_DATASET_CREATE_ID_g)                                                                 \
    X(H5P_CLS_FILE_ACCESS_ID_g)                                                                    \
    X(H5P_CLS_FILE_CREATE_ID_g)                                                                    \
    X(H5P_CLS_GROUP_CREATE_ID_g)                                                                   \
    X(H5T_C_S1_g)                                                                                  \
    X(H5T_IEEE_F32BE_g)                                                                            \
    X(H5T_IEEE_F32LE_g)                                                                            \
    X(H5T_IEEE_F64BE_g)                                                                            \
    X(H5T_IEEE_F64LE_g)                                                                            \
    X(H5T_NATIVE_DOUBLE_g)                                                                         \
    X(H5T_NATIVE_FLOAT_g)                                                                          \
    X(H5T_NATIVE_INT64_g)                                                                          \
    X(H5T_NATIVE_UINT32_g)                                                                         \
    X(H5T_NATIVE_UINT64_g)                                                                         \
    X(H5T_NATIVE_UINT8_g)                                                                          \
    X(H5T_STD_I64LE_g)                                                                             \
    X(H5T_STD_U32BE_g)                                                                             \
    X(H5T_STD_U32LE_g)                                                                             \
    X(H5T_STD_U64BE_g)                                                                             \
    X(H5T_STD_U64LE_g)                                                                             \
    X(H5T_STD_U8BE_g)                                                                              \
    X(H5T_STD_U8LE_g)

/* The headers make macros of some names, such as H5Lget_info, which stand for the version of the function
 * that they declare. The member has the name that the library knows. */
#define TR_HDF5_JOIN(prefix, name) prefix##name
#define TR_HDF5_MEMBER(name) __typeof__(name) *name;
#define TR_HDF5_VARIABLE_MEMBER(name) const hid_t *TR_HDF5_JOIN(id_, name);
typedef struct tr_hdf5 {
    TR_HDF5_FUNCTIONS(TR_HDF5_MEMBER)
    TR_HDF5_VARIABLES(TR_HDF5_VARIABLE_MEMBER)
    /* since 1.10.7; NULL where the library is older */
    herr_t (*set_file_locking)(hid_t access, hbool_t use, hbool_t ignore_when_disabled);
} tr_hdf5;
#undef TR_HDF5_MEMBER
#undef TR_HDF5_VARIABLE_MEMBER

/* The value of one of those variables. */
#define TR_HDF5_ID(h5, name) (*(h5)->TR_HDF5_JOIN(id_, name))

/* Loads the library if need be, waits for the mutex, and makes the library keep its messages to itself.
 * TR_ERROR_SYSTEM where it is not installed in the version that we were built for. */
tr_status tr_hdf5_enter(const tr_hdf5 **h5, tr_diag *diag);

/* Ends that. After a success only. */
void tr_hdf5_leave(void);

/* Between both: fails with "path: what: the library's reason". Without memory the status is
 * TR_ERROR_MEMORY instead. */
tr_status tr_hdf5_fail(tr_diag *diag, tr_status status, const char *path, const char *what);

#endif
