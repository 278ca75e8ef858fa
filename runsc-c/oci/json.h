/*
 * runsc-c/oci/json.h - reading JSON with messages that name the field
 *
 * Model: over json-c. `where` is the path of the object in the text ("process.user"; "" at the top); a
 * field that has the wrong type or a number out of range fails with "process.user.uid: ...". null
 * counts as absent, as it does for Go's decoder, which is what engines write with. Unknown fields are
 * left alone, as the specification wants.
 *
 * Interface: a getter leaves *ret as it is where the field is absent and returns 0; 1 where it was
 * there; a negative errno with a message else. Strings are borrowed; lists are allocated (the array,
 * not its strings), NULL-terminated, to be freed with free().
 */
#ifndef RUNSC_C_OCI_JSON_H
#define RUNSC_C_OCI_JSON_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runsc-c/oci/error.h"

#define OCI_JSON_MAX (4u << 20) /* bytes of a text */

/* NULL with a message. what names the text in it ("config.json"). */
struct json_object *oci_json_parse(const char *text, const char *what, struct oci_error *err);
/* A whole file, at most OCI_JSON_MAX; NULL with a message that names the path. To be freed. */
char *oci_read_file(int dirfd, const char *path, struct oci_error *err);

must_check int oci_json_object(struct json_object *o, const char *where, const char *name,
			       struct json_object **ret, struct oci_error *err);
must_check int oci_json_array(struct json_object *o, const char *where, const char *name,
			      struct json_object **ret, struct oci_error *err);
must_check int oci_json_string(struct json_object *o, const char *where, const char *name,
			       const char **ret, struct oci_error *err);
must_check int oci_json_bool(struct json_object *o, const char *where, const char *name, bool *ret,
			     struct oci_error *err);
must_check int oci_json_u64(struct json_object *o, const char *where, const char *name,
			    uint64_t max, uint64_t *ret, struct oci_error *err);
must_check int oci_json_i64(struct json_object *o, const char *where, const char *name, int64_t min,
			    int64_t max, int64_t *ret, struct oci_error *err);
must_check int oci_json_strings(struct json_object *o, const char *where, const char *name,
				char ***ret, struct oci_error *err);

#endif
