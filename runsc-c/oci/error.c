/* runsc-c/oci/error.c - messages of the OCI commands, see error.h */
#include "runsc-c/oci/error.h"

#include <fcntl.h>
#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "runsc-c/oci/container.h"

int oci_fail(struct oci_error *e, int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	e->err = err;
	return err;
}

int oci_fail_errno(struct oci_error *e, int err, const char *fmt, ...)
{
	va_list ap;
	size_t len;

	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	len = strlen(e->text);
	snprintf(e->text + len, sizeof(e->text) - len, ": %s", strerror(-err));
	e->err = err;
	return err;
}

static void timestamp(char *buf, size_t size)
{
	struct tm tm;
	time_t now = time(NULL);

	gmtime_r(&now, &tm);
	strftime(buf, size, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

/* One line in the shape that engines look for: {"level":"error","msg":"...","time":"..."}. */
static void log_line(const char *level, const char *text)
{
	char now[32];
	FILE *f;
	int fd;

	if (!oci_globals.log || !*oci_globals.log)
		return;
	fd = open(oci_globals.log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0644);
	f = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (!f) {
		if (fd >= 0)
			close(fd);
		return;
	}
	timestamp(now, sizeof(now));
	if (oci_globals.log_json) {
		struct json_object *o = json_object_new_object();

		json_object_object_add(o, "level", json_object_new_string(level));
		json_object_object_add(o, "msg", json_object_new_string(text));
		json_object_object_add(o, "time", json_object_new_string(now));
		fprintf(f, "%s\n",
			json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
								  JSON_C_TO_STRING_NOSLASHESCAPE));
		json_object_put(o);
	} else {
		fprintf(f, "time=\"%s\" level=%s msg=\"%s\"\n", now, level, text);
	}
	fclose(f);
}

void oci_warn(const char *fmt, ...)
{
	char text[760];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log_line("warning", text);
	if (!oci_globals.log)
		fprintf(stderr, "runsc-c: warning: %s\n", text);
}

int oci_report(const struct oci_error *err)
{
	log_line("error", err->text);
	fprintf(stderr, "runsc-c: %s\n", err->text);
	return 1;
}
