/* runsc-c/oci/json.c - reading JSON with messages that name the field, see json.h */
#include "runsc-c/oci/json.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_DEPTH 32
#define MAX_LIST 65536

char *oci_read_file(int dirfd, const char *path, struct oci_error *err)
{
	int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	size_t len = 0;
	struct stat st;
	char *text;
	ssize_t n;

	if (fd < 0 || fstat(fd, &st) < 0) {
		oci_fail_errno(err, -errno, "open %s", path);
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	if (!S_ISREG(st.st_mode) || st.st_size > (off_t)OCI_JSON_MAX) {
		oci_fail(err, -EINVAL, "%s: not a regular file of at most %u bytes", path,
			 OCI_JSON_MAX);
		close(fd);
		return NULL;
	}
	text = malloc((size_t)st.st_size + 1);
	while (text && len < (size_t)st.st_size) {
		n = read(fd, text + len, (size_t)st.st_size - len);
		if (n <= 0)
			break;
		len += (size_t)n;
	}
	close(fd);
	if (!text) {
		oci_fail(err, -ENOMEM, "%s: out of memory", path);
		return NULL;
	}
	text[len] = '\0';
	if (strlen(text) == len)
		return text;
	free(text);
	oci_fail(err, -EINVAL, "%s: a NUL byte", path); /* what is behind it would not be read */
	return NULL;
}

struct json_object *oci_json_parse(const char *text, const char *what, struct oci_error *err)
{
	struct json_tokener *tok = json_tokener_new_ex(MAX_DEPTH);
	struct json_object *o;
	enum json_tokener_error e;
	size_t len = strlen(text), end;

	if (!tok) {
		oci_fail(err, -ENOMEM, "%s: out of memory", what);
		return NULL;
	}
	json_tokener_set_flags(tok, JSON_TOKENER_STRICT);
	o = json_tokener_parse_ex(tok, text, (int)len);
	e = json_tokener_get_error(tok);
	end = json_tokener_get_parse_end(tok);
	json_tokener_free(tok);
	while (end < len && strchr(" \t\r\n", text[end]))
		end++;
	if (e == json_tokener_continue) {
		oci_fail(err, -EINVAL, "%s: the text ends in the middle", what);
	} else if (e != json_tokener_success || end != len) {
		oci_fail(err, -EINVAL, "%s: not valid JSON at byte %zu: %s", what, end,
			 e != json_tokener_success ? json_tokener_error_desc(e)
						   : "text behind the end");
	} else if (!json_object_is_type(o, json_type_object)) {
		oci_fail(err, -EINVAL, "%s: not a JSON object", what);
	} else {
		return o;
	}
	json_object_put(o);
	return NULL;
}

static int wrong(const char *where, const char *name, const char *want, struct oci_error *err)
{
	return oci_fail(err, -EINVAL, "%s%s%s: %s", where, *where ? "." : "", name, want);
}

/* 1: it is there, with this type. */
static int get(struct json_object *o, const char *where, const char *name, enum json_type type,
	       const char *want, struct json_object **ret, struct oci_error *err)
{
	struct json_object *v = NULL;

	if (!o || !json_object_object_get_ex(o, name, &v) || !v)
		return 0;
	if (!json_object_is_type(v, type))
		return wrong(where, name, want, err);
	*ret = v;
	return 1;
}

int oci_json_object(struct json_object *o, const char *where, const char *name,
		    struct json_object **ret, struct oci_error *err)
{
	return get(o, where, name, json_type_object, "must be an object", ret, err);
}

int oci_json_array(struct json_object *o, const char *where, const char *name,
		   struct json_object **ret, struct oci_error *err)
{
	int r = get(o, where, name, json_type_array, "must be an array", ret, err);

	if (r == 1 && json_object_array_length(*ret) > MAX_LIST)
		return wrong(where, name, "too many entries", err);
	return r;
}

/* A NUL inside would cut what we check short. */
static bool has_nul(struct json_object *v)
{
	return strlen(json_object_get_string(v)) != (size_t)json_object_get_string_len(v);
}

int oci_json_string(struct json_object *o, const char *where, const char *name, const char **ret,
		    struct oci_error *err)
{
	struct json_object *v = NULL;
	int r = get(o, where, name, json_type_string, "must be a string", &v, err);

	if (r == 1 && has_nul(v))
		return wrong(where, name, "must not contain a NUL byte", err);
	if (r == 1)
		*ret = json_object_get_string(v);
	return r;
}

int oci_json_bool(struct json_object *o, const char *where, const char *name, bool *ret,
		  struct oci_error *err)
{
	struct json_object *v = NULL;
	int r = get(o, where, name, json_type_boolean, "must be true or false", &v, err);

	if (r == 1)
		*ret = json_object_get_boolean(v);
	return r;
}

int oci_json_u64(struct json_object *o, const char *where, const char *name, uint64_t max,
		 uint64_t *ret, struct oci_error *err)
{
	struct json_object *v = NULL;
	int r = get(o, where, name, json_type_int, "must be a whole number", &v, err);
	uint64_t n;

	if (r != 1)
		return r;
	n = json_object_get_uint64(v);
	if (json_object_get_int64(v) < 0)
		return wrong(where, name, "must not be negative", err);
	if (n > max)
		return oci_fail(err, -ERANGE, "%s%s%s: %ju is too large (at most %ju)", where,
				*where ? "." : "", name, (uintmax_t)n, (uintmax_t)max);
	*ret = n;
	return 1;
}

int oci_json_i64(struct json_object *o, const char *where, const char *name, int64_t min,
		 int64_t max, int64_t *ret, struct oci_error *err)
{
	struct json_object *v = NULL;
	int r = get(o, where, name, json_type_int, "must be a whole number", &v, err);
	int64_t n;

	if (r != 1)
		return r;
	n = json_object_get_int64(v);
	if (n < min || n > max)
		return oci_fail(err, -ERANGE, "%s%s%s: %jd is not within %jd to %jd", where,
				*where ? "." : "", name, (intmax_t)n, (intmax_t)min, (intmax_t)max);
	*ret = n;
	return 1;
}

int oci_json_strings(struct json_object *o, const char *where, const char *name, char ***ret,
		     struct oci_error *err)
{
	struct json_object *list = NULL, *v;
	int r = oci_json_array(o, where, name, &list, err);
	size_t n;
	char **out;

	if (r != 1)
		return r;
	n = json_object_array_length(list);
	out = calloc(n + 1, sizeof(*out));
	if (!out)
		return oci_fail(err, -ENOMEM, "%s: out of memory", name);
	for (size_t i = 0; i < n; i++) {
		v = json_object_array_get_idx(list, i);
		if (!json_object_is_type(v, json_type_string) || has_nul(v)) {
			free(out);
			return oci_fail(err, -EINVAL, "%s%s%s[%zu]: must be a string", where,
					*where ? "." : "", name, i);
		}
		out[i] = (char *)json_object_get_string(v);
	}
	*ret = out;
	return 1;
}
