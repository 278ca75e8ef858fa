/*
 * sentry/loader/script.c - "#!" lines, see script.h
 */
#include "sentry/loader/script.h"

#include <errno.h>
#include <string.h>

#include "sentry/base/mem.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* First position in [from, to] that holds no blank; to + 1 if there is none. */
static size_t skip_blanks(const char *s, size_t from, size_t to)
{
	while (from <= to && is_blank(s[from]))
		from++;
	return from;
}

/* First position in [from, to] that holds a blank or a NUL; to + 1 if there is none. */
static size_t skip_word(const char *s, size_t from, size_t to)
{
	while (from <= to && s[from] && !is_blank(s[from]))
		from++;
	return from;
}

/* The text from a position to the limit or a NUL. */
static void take(char *dst, const char *s, size_t from, size_t limit)
{
	size_t len = from < limit ? strnlen(s + from, limit - from) : 0;

	memcpy(dst, s + from, len);
	dst[len] = '\0';
}

/* Where the line ends: at its newline, unless a NUL comes before that, else at the last byte looked
 * at, if the path of the interpreter ends before. 0: it does not. */
static size_t line_end(const char *head)
{
	size_t len = strnlen(head, SCRIPT_HEAD);
	const char *newline = memchr(head, '\n', len);
	size_t last = SCRIPT_HEAD - 1, name;

	if (newline)
		return (size_t)(newline - head);
	name = skip_blanks(head, 2, last);
	if (name > last || skip_word(head, name, last) > last)
		return 0;
	return last;
}

int script_parse(const char head[SCRIPT_HEAD], struct script_line *ret)
{
	size_t end, name, name_end, arg;

	if (head[0] != '#' || head[1] != '!')
		return -ENOEXEC;
	end = line_end(head);
	if (end == 0)
		return -ENOEXEC;
	while (is_blank(head[end - 1]))
		end--;
	name = skip_blanks(head, 2, end);
	if (name >= end)
		return -ENOEXEC;
	name_end = skip_word(head, name, end);
	take(ret->interp, head, name, MIN(name_end, end));

	/* After a blank there may be an argument: even an empty one, where the file ends without a
	 * newline. */
	ret->has_arg = false;
	if (name_end <= end && head[name_end]) {
		arg = skip_blanks(head, name_end, end);
		if (arg <= end) {
			ret->has_arg = true;
			take(ret->arg, head, arg, end);
		}
	}
	return 0;
}

int script_args_push(struct script_args *a, const char *path, const struct script_line *line)
{
	/* The first string so far is the path again, as argv[0] of the interpreter. */
	size_t drop = a->nr ? strlen(a->strings) + 1 : 0;
	size_t interp = strlen(line->interp) + 1;
	size_t arg = line->has_arg ? strlen(line->arg) + 1 : 0;
	size_t name = strlen(path) + 1;
	size_t len = interp + arg + name + a->len - drop;
	char *strings = mem_alloc(len), *p = strings;

	if (!strings)
		return -ENOMEM;
	memcpy(p, line->interp, interp);
	p += interp;
	memcpy(p, line->arg, arg);
	p += arg;
	memcpy(p, path, name);
	p += name;
	if (a->nr)
		memcpy(p, a->strings + drop, a->len - drop);
	a->nr += 2 + (arg != 0) - (drop != 0);
	a->len = len;
	mem_free(a->strings);
	a->strings = strings;
	return 0;
}

void script_args_free(struct script_args *a)
{
	mem_free(TAKE_PTR(a->strings));
	a->nr = 0;
	a->len = 0;
}
