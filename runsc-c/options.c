/* runsc-c/options.c - options of a command line, and values in them, see options.h */
#include "runsc-c/options.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include <strings.h>

#define HELP_COLUMN 30

int option_fail(struct option_error *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	return -EINVAL;
}

/* ---- which option ---- */

static const struct option_spec *find_long(const struct option_spec *specs, size_t nr,
					   const char *name, size_t len)
{
	for (size_t i = 0; i < nr; i++)
		if (strlen(specs[i].name) == len && strncmp(specs[i].name, name, len) == 0)
			return &specs[i];
	return NULL;
}

static const struct option_spec *find_letter(const struct option_spec *specs, size_t nr,
					     char letter)
{
	for (size_t i = 0; i < nr; i++)
		if (specs[i].letter == letter)
			return &specs[i];
	return NULL;
}

/* How many letters have to change: small words only, so the plain recursion-free table will do. */
static size_t edit_distance(const char *a, size_t la, const char *b, size_t lb)
{
	size_t row[32];

	if (la >= ARRAY_SIZE(row) || lb >= ARRAY_SIZE(row))
		return SIZE_MAX;
	for (size_t j = 0; j <= lb; j++)
		row[j] = j;
	for (size_t i = 1; i <= la; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= lb; j++) {
			size_t cost = diagonal + (a[i - 1] != b[j - 1]);

			diagonal = row[j];
			row[j] = MIN(MIN(row[j], row[j - 1]) + 1, cost);
		}
	}
	return row[lb];
}

static int unknown_option(const struct option_spec *specs, size_t nr, const char *arg,
			  struct option_error *err)
{
	const char *name = arg + strspn(arg, "-");
	size_t len = strcspn(name, "="), best = 3;
	const char *near = NULL;

	for (size_t i = 0; i < nr; i++) {
		size_t d = edit_distance(name, len, specs[i].name, strlen(specs[i].name));

		if (d < best && 2 * d < len) {
			best = d;
			near = specs[i].name;
		}
	}
	if (near)
		return option_fail(err, "no such option: %s (did you mean --%s?)", arg, near);
	return option_fail(err, "no such option: %s (see --help)", arg);
}

/* ---- one option ---- */

static int apply(const struct option_spec *spec, char *value, void *opts, struct option_error *err)
{
	struct option_error why = {""};
	char shown[128];

	/* Setters may cut the value into pieces. */
	snprintf(shown, sizeof(shown), "%s", value ? value : "");
	if (spec->set(opts, value, &why) == 0)
		return 0;
	if (strncmp(why.text, "--", 2) == 0) /* names its option itself */
		return option_fail(err, "%s", why.text);
	if (!value)
		return option_fail(err, "--%s: %s", spec->name, why.text);
	return option_fail(err, "--%s %s: %s", spec->name, shown, why.text);
}

static int one_option(const struct option_spec *spec, char *inline_value, char *next, void *opts,
		      bool *ret_took_next, struct option_error *err)
{
	*ret_took_next = false;
	switch (spec->takes) {
	case OPTION_FLAG:
		if (inline_value)
			return option_fail(err, "--%s takes no value (given: %s)", spec->name,
					   inline_value);
		return apply(spec, NULL, opts, err);
	case OPTION_OPTIONAL: return apply(spec, inline_value, opts, err);
	case OPTION_VALUE: break;
	}
	if (!inline_value) {
		if (!next)
			return option_fail(err, "--%s needs a value: --%s %s", spec->name,
					   spec->name, spec->metavar);
		*ret_took_next = true;
		inline_value = next;
	}
	return apply(spec, inline_value, opts, err);
}

int options_parse(const struct option_spec *specs, size_t nr, int argc, char **argv, void *opts,
		  int *ret_next, struct option_error *err)
{
	int i = 1;

	while (i < argc && argv[i][0] == '-' && argv[i][1]) {
		char *arg = argv[i], *value = NULL;
		const struct option_spec *spec;
		bool took_next;
		int r;

		if (strcmp(arg, "--") == 0) {
			i++;
			break;
		}
		if (strcmp(arg, "--help") == 0 || strcmp(arg, "-h") == 0)
			return OPTIONS_HELP;
		if (arg[1] == '-') {
			value = strchr(arg, '=');
			spec = find_long(specs, nr, arg + 2,
					 value ? (size_t)(value - arg) - 2 : strlen(arg + 2));
			value = value ? value + 1 : NULL;
		} else {
			spec = find_letter(specs, nr, arg[1]);
			value = arg[2] ? arg + 2 : NULL;
		}
		if (!spec)
			return unknown_option(specs, nr, arg, err);
		r = one_option(spec, value, argv[i + 1], opts, &took_next, err);
		if (r < 0)
			return r;
		i += took_next ? 2 : 1;
	}
	*ret_next = i;
	return 0;
}

/* ---- help ---- */

static void print_option(FILE *f, const struct option_spec *o)
{
	char left[64];
	const char *line = o->help;
	int n = 0;

	n += snprintf(left + n, sizeof(left) - (size_t)n, "  ");
	if (o->letter)
		n += snprintf(left + n, sizeof(left) - (size_t)n, "-%c, ", o->letter);
	n += snprintf(left + n, sizeof(left) - (size_t)n, "--%s", o->name);
	if (o->takes == OPTION_VALUE)
		snprintf(left + n, sizeof(left) - (size_t)n, " %s", o->metavar);
	else if (o->takes == OPTION_OPTIONAL)
		snprintf(left + n, sizeof(left) - (size_t)n, "[=%s]", o->metavar);
	if (strlen(left) >= HELP_COLUMN)
		fprintf(f, "%s\n%*s", left, HELP_COLUMN, "");
	else
		fprintf(f, "%-*s", HELP_COLUMN, left);
	for (;;) {
		int len = (int)strcspn(line, "\n");

		fprintf(f, "%.*s\n", len, line);
		line += len;
		if (!*line++)
			break;
		fprintf(f, "%*s", HELP_COLUMN, "");
	}
}

void options_print_help(FILE *f, const struct option_spec *specs, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		print_option(f, &specs[i]);
	fprintf(f, "%-*s%s\n", HELP_COLUMN, "  -h, --help", "this text");
}

/* ---- values ---- */

/* Digits only: no sign, no blanks, no other base. Returns the first byte behind, NULL: none or too
 * many. */
static const char *parse_digits(const char *s, uint64_t *ret)
{
	uint64_t v = 0;

	if (*s < '0' || *s > '9')
		return NULL;
	for (; *s >= '0' && *s <= '9'; s++)
		if (__builtin_mul_overflow(v, 10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(*s - '0'), &v))
			return NULL;
	*ret = v;
	return s;
}

int parse_u32(const char *s, uint32_t max, uint32_t *ret, struct option_error *err)
{
	uint64_t v;
	const char *end = parse_digits(s, &v);

	if (!end || *end || v > max)
		return option_fail(err, "not a number from 0 to %" PRIu32, max);
	*ret = (uint32_t)v;
	return 0;
}

int parse_size(const char *s, uint64_t *ret, struct option_error *err)
{
	static const char units[] = "kmgt";
	uint64_t v;
	const char *end = parse_digits(s, &v), *unit;

	if (end && *end) {
		unit = strchr(units, *end | 0x20);
		if (!unit || __builtin_mul_overflow(v, 1ULL << (10 * (unit - units + 1)), &v))
			end = NULL;
		else if (strcmp(end + 1, "") != 0 && strcasecmp(end + 1, "b") != 0 &&
			 strcasecmp(end + 1, "ib") != 0)
			end = NULL;
	}
	if (!end || v == 0)
		return option_fail(err,
				   "not a size: give a number of bytes, or one with k, m, g or t, "
				   "such as 512m");
	*ret = v;
	return 0;
}

int parse_duration_ns(const char *s, int64_t *ret, struct option_error *err)
{
	static const struct {
		const char *unit;
		int64_t ns;
	} units[] = {{"", 1000000000},
		     {"s", 1000000000},
		     {"ms", 1000000},
		     {"m", 60000000000},
		     {"h", 3600000000000}};
	uint64_t v;
	const char *end = parse_digits(s, &v);

	for (size_t i = 0; end && i < ARRAY_SIZE(units); i++) {
		if (strcmp(end, units[i].unit) != 0)
			continue;
		if (v == 0 || v > (uint64_t)(INT64_MAX / 4 / units[i].ns))
			break;
		*ret = (int64_t)v * units[i].ns;
		return 0;
	}
	return option_fail(err, "not a duration: give a number with ms, s, m or h, such as 30s");
}
