/* runsc-c/json_out.c - writes JSON, see json_out.h */
#include "runsc-c/json_out.h"

#include <inttypes.h>

#include "sentry/base/base.h"

void json_init(struct json_out *j, FILE *f)
{
	*j = (struct json_out){.f = f};
}

static void put_string(FILE *f, const char *s)
{
	fputc('"', f);
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == '"' || c == '\\')
			fprintf(f, "\\%c", c);
		else if (c < 0x20 || c >= 0x7f)
			fprintf(f, "\\u%04x", c);
		else
			fputc(c, f);
	}
	fputc('"', f);
}

static void begin_value(struct json_out *j, const char *key)
{
	if (j->depth > 0) {
		fputs(j->filled[j->depth - 1] ? ",\n" : "\n", j->f);
		j->filled[j->depth - 1] = true;
		fprintf(j->f, "%*s", (int)j->depth * 2, "");
	}
	if (key) {
		put_string(j->f, key);
		fputs(": ", j->f);
	}
}

static void begin_group(struct json_out *j, const char *key, char opening, char closing)
{
	begin_value(j, key);
	fputc(opening, j->f);
	ASSERT(j->depth < JSON_MAX_DEPTH);
	j->filled[j->depth] = false;
	j->closing[j->depth++] = closing;
}

void json_object(struct json_out *j, const char *key)
{
	begin_group(j, key, '{', '}');
}

void json_array(struct json_out *j, const char *key)
{
	begin_group(j, key, '[', ']');
}

void json_end(struct json_out *j)
{
	ASSERT(j->depth > 0);
	j->depth--;
	if (j->filled[j->depth])
		fprintf(j->f, "\n%*s", (int)j->depth * 2, "");
	fputc(j->closing[j->depth], j->f);
	if (j->depth == 0)
		fputc('\n', j->f);
}

void json_string(struct json_out *j, const char *key, const char *value)
{
	begin_value(j, key);
	if (value)
		put_string(j->f, value);
	else
		fputs("null", j->f);
}

void json_number(struct json_out *j, const char *key, int64_t value)
{
	begin_value(j, key);
	fprintf(j->f, "%" PRId64, value);
}

void json_bool(struct json_out *j, const char *key, bool value)
{
	begin_value(j, key);
	fputs(value ? "true" : "false", j->f);
}
