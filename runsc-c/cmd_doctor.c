/* runsc-c/cmd_doctor.c - `sandbox doctor`: what this host allows, and what would be used */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "platform/platform.h"
#include "runsc-c/commands.h"
#include "runsc-c/doctor.h"
#include "runsc-c/json_out.h"
#include "runsc-c/options.h"
#include "runsc-c/sandbox.h"
#include "sentry/base/strbuf.h"

static const char *const state_names[] = {
	[FINDING_OK] = "ok",
	[FINDING_NOTE] = "note",
	[FINDING_DEGRADED] = "degraded",
	[FINDING_MISSING] = "missing",
};

void finding_set(struct finding *f, enum finding_state state, const char *fmt, ...)
{
	va_list ap;

	f->state = state;
	va_start(ap, fmt);
	vsnprintf(f->seen, sizeof(f->seen), fmt, ap);
	va_end(ap);
}

void finding_meaning(struct finding *f, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(f->meaning, sizeof(f->meaning), fmt, ap);
	va_end(ap);
}

struct doctor {
	bool as_json;
	struct json_out json;
	unsigned int nr_missing;
};

static int set_json(void *opts, char *value, struct option_error *err)
{
	(void)value;
	(void)err;
	((struct doctor *)opts)->as_json = true;
	return 0;
}

static const struct option_spec specs[] = {
	{"json", 0, OPTION_FLAG, NULL, "print JSON", set_json},
};

static void run_check(struct doctor *d, const struct doctor_check *c)
{
	struct finding f = {0};

	c->run(&f);
	d->nr_missing += f.state == FINDING_MISSING;
	if (!d->as_json) {
		printf("%-9s %s: %s%s%s\n", state_names[f.state], c->name, f.seen,
		       f.meaning[0] ? " - " : "", f.meaning);
		return;
	}
	json_object(&d->json, NULL);
	json_string(&d->json, "check", c->name);
	json_string(&d->json, "state", state_names[f.state]);
	json_string(&d->json, "seen", f.seen);
	if (f.meaning[0])
		json_string(&d->json, "meaning", f.meaning);
	json_end(&d->json);
}

static void run_checks(struct doctor *d)
{
	if (d->as_json) {
		json_init(&d->json, stdout);
		json_object(&d->json, NULL);
		json_string(&d->json, "version", RUNSC_C_VERSION);
		json_array(&d->json, "checks");
	}
	for (size_t i = 0; i < doctor_nr_system_checks; i++)
		run_check(d, &doctor_system_checks[i]);
	for (size_t i = 0; i < doctor_nr_probes; i++)
		run_check(d, &doctor_probes[i]);
	for (size_t i = 0; i < doctor_nr_engines; i++)
		run_check(d, &doctor_engines[i]);
	if (d->as_json)
		json_end(&d->json);
}

static bool verdict(struct doctor *d)
{
	_cleanup_strbuf_ struct strbuf why;
	const struct platform *p;

	strbuf_init(&why, 1024);
	p = platform_choose(&why);
	if (d->as_json) {
		json_string(&d->json, "platform", p ? p->name : NULL);
		json_string(&d->json, "reason", strbuf_str(&why));
		json_number(&d->json, "missing", d->nr_missing);
		json_end(&d->json);
	} else if (p) {
		printf("\nplatform: %s (%s)\n", p->name, strbuf_str(&why));
	} else {
		printf("\nplatform: none (%s)\n", strbuf_str(&why));
	}
	return p != NULL;
}

int cmd_doctor(int argc, char **argv)
{
	struct doctor d = {0};
	struct option_error err;
	int next, r = options_parse(specs, ARRAY_SIZE(specs), argc, argv, &d, &next, &err);

	if (r == OPTIONS_HELP) {
		printf("usage: sandbox doctor [--json]\n\nTries what sandboxes need on this host, "
		       "for "
		       "the user who runs it, and says what\nis missing and how to allow it. The "
		       "exit "
		       "status is 0 if a platform works and\nnothing is missing, else "
		       "1.\n\noptions:\n");
		options_print_help(stdout, specs, ARRAY_SIZE(specs));
		return 0;
	}
	if (r == 0 && next < argc)
		r = option_fail(&err, "takes no arguments (given: %s)", argv[next]);
	if (r < 0) {
		fprintf(stderr, "sandbox doctor: %s\n", err.text);
		return EXIT_OURS;
	}
	run_checks(&d);
	return verdict(&d) && d.nr_missing == 0 ? 0 : 1;
}
