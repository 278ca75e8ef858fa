/*
 * runsc-c/json_out.h - writes JSON, for the reports' --json
 *
 * Model: values are written in order; a key is given inside objects and NULL inside arrays and at the
 * top. Strings are bytes: what is not printable ASCII is escaped, one \u00XX per byte, so the output
 * is valid whatever comes from the host.
 */
#ifndef RUNSC_C_JSON_OUT_H
#define RUNSC_C_JSON_OUT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define JSON_MAX_DEPTH 8

struct json_out {
	FILE *f;
	unsigned int depth;
	bool filled[JSON_MAX_DEPTH]; /* a value was written at this depth */
	char closing[JSON_MAX_DEPTH];
};

void json_init(struct json_out *j, FILE *f);
void json_object(struct json_out *j, const char *key);
void json_array(struct json_out *j, const char *key);
void json_end(struct json_out *j); /* of the innermost object or array; a new line at the top */
void json_string(struct json_out *j, const char *key, const char *value); /* NULL: null */
void json_number(struct json_out *j, const char *key, int64_t value);
void json_bool(struct json_out *j, const char *key, bool value);

#endif
