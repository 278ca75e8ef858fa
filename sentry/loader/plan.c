/*
 * sentry/loader/plan.c - plans for the stub, see plan.h
 */
#include "sentry/loader/plan.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>

#include "sentry/base/mem.h"

#define MMAP_RND_BITS 28	   /* Linux's default for x86-64 */
#define BRK_RND_RANGE (1ULL << 30) /* arch_randomize_brk() */

static uint64_t random_u64(void)
{
	uint64_t x = 0;

	/* Never short for eight bytes, and never blocking this long after boot. */
	if (getrandom(&x, sizeof(x), 0) != sizeof(x))
		return 0;
	return x;
}

static uint64_t random_pages(uint64_t range)
{
	return random_u64() % (range / ELF_PAGE) * ELF_PAGE;
}

/* ---- program ---- */

static bool layout_both(const struct plan_load *req, struct elf_layout *l, uint64_t bias[2])
{
	uint64_t offset = req->randomise ? random_pages(1ULL << (MMAP_RND_BITS + 12)) : 0;

	if (!elf_layout(req->exe, STUB_BASE_EXE, offset, l))
		return false;
	bias[STUB_BASE_EXE] = l->bias;
	if (req->interp) {
		if (!elf_layout(req->interp, STUB_BASE_INTERP, 0, l))
			return false;
		bias[STUB_BASE_INTERP] = l->bias;
	}
	return true;
}

static void set_program(struct stub_plan *plan, const struct plan_load *req,
			const struct elf_layout *l, const uint64_t bias[2])
{
	plan->base[STUB_BASE_EXE] = bias[STUB_BASE_EXE] == ELF_BIAS_ANY ? 0 : bias[STUB_BASE_EXE];
	plan->base[STUB_BASE_INTERP] = bias[STUB_BASE_INTERP] == ELF_BIAS_ANY
					       ? 0
					       : bias[STUB_BASE_INTERP];
	plan->entry_base = req->interp ? STUB_BASE_INTERP : STUB_BASE_EXE;
	plan->entry = req->interp ? req->interp->eh.e_entry : req->exe->eh.e_entry;
	plan->start_code = l->start_code;
	plan->end_code = l->end_code;
	plan->start_data = l->start_data;
	plan->end_data = l->end_data;
	/* Programs that lie among the mappings (static-pie, a dynamic linker run by hand) get a
	 * heap where it can grow. */
	plan->brk_base = bias[STUB_BASE_EXE] == ELF_BIAS_ANY ? STUB_BASE_NONE : STUB_BASE_EXE;
	plan->brk = plan->brk_base == STUB_BASE_NONE ? ELF_ET_DYN_BASE : l->brk;
	if (req->randomise)
		plan->brk += random_pages(BRK_RND_RANGE);
	if (req->exe->stack == ELF_STACK_EXEC)
		plan->flags |= STUB_EXEC_STACK;
}

/* Two ops in front of the one that makes the interpreter's text executable; false: it is made otherwise. */
static bool add_patch_ops(struct elf_layout *l, uint32_t len)
{
	size_t i = 0;

	while (i < l->nr_ops &&
	       !(l->ops[i].base == STUB_BASE_INTERP && l->ops[i].kind == STUB_OP_PROTECT &&
		 l->ops[i].prot == (PROT_READ | PROT_EXEC)))
		i++;
	if (i == l->nr_ops)
		return false;
	memmove(l->ops + i + 2, l->ops + i, (l->nr_ops - i) * sizeof(*l->ops));
	l->nr_ops += 2;
	l->ops[i].prot = PROT_READ | PROT_WRITE;
	l->ops[i + 1] = (struct stub_op){
		.kind = STUB_OP_PATCH,
		.base = STUB_BASE_INTERP,
		.len = len,
	};
	return true;
}

/* Offsets of the parts; the size is the whole block's. */
static size_t arrange(struct stub_plan *plan, const struct plan_load *req, size_t nr_ops)
{
	size_t at = sizeof(*plan);

	plan->nr_ops = (uint32_t)nr_ops;
	plan->ops = (uint32_t)at;
	at += nr_ops * sizeof(struct stub_op);
	plan->nr_aux = AUXV_REPLACED;
	plan->aux = (uint32_t)at;
	at += AUXV_REPLACED * sizeof(struct stub_aux);
	plan->nr_args = req->args->nr;
	plan->args = (uint32_t)at;
	plan->args_len = (uint32_t)req->args->len;
	at += req->args->len;
	plan->execfn = (uint32_t)at;
	plan->execfn_len = (uint32_t)strlen(req->execfn) + 1;
	at += plan->execfn_len;
	if (req->args->nr)
		plan->flags |= STUB_DROP_ARG0;
	return at;
}

static int make_dying(struct stub_plan **ret)
{
	struct stub_plan *plan = mem_zalloc(sizeof(*plan));

	if (!plan)
		return -ENOMEM;
	plan->size = sizeof(*plan);
	plan->mode = STUB_MODE_DIE;
	*ret = plan;
	return 0;
}

int plan_make_load(const struct plan_load *req, struct stub_plan **ret)
{
	size_t max_ops = elf_max_ops(req->exe) + (req->interp ? elf_max_ops(req->interp) : 0);
	struct stub_plan head = {.mode = STUB_MODE_LOAD}, *plan;
	uint64_t bias[2] = {0, 0};
	struct elf_layout l = {0};
	uint32_t patch = req->patch ? req->patch->size : 0;
	char *block;

	_cleanup_free_ struct stub_op *ops = mem_calloc(max_ops + 2, sizeof(*ops));
	if (!ops)
		return -ENOMEM;
	l.ops = ops;
	if (!layout_both(req, &l, bias))
		return make_dying(ret);
	if (patch && !add_patch_ops(&l, patch))
		patch = 0;
	set_program(&head, req, &l, bias);
	head.size = (uint32_t)arrange(&head, req, l.nr_ops);
	for (size_t i = 0; i < l.nr_ops; i++)
		if (ops[i].kind == STUB_OP_PATCH)
			ops[i].off = head.size;
	head.size += patch;
	plan = mem_alloc(head.size);
	if (!plan)
		return -ENOMEM;
	*plan = head;
	block = (char *)plan;
	memcpy(block + head.ops, ops, l.nr_ops * sizeof(*ops));
	auxv_fill((struct stub_aux *)(block + head.aux), req->exe, &l, req->interp != NULL,
		  req->cred, req->secure);
	if (req->args->len)
		memcpy(block + head.args, req->args->strings, req->args->len);
	memcpy(block + head.execfn, req->execfn, head.execfn_len);
	if (patch)
		memcpy(block + head.size - patch, req->patch->bytes, patch);
	*ret = plan;
	return 0;
}

/* ---- init ---- */

static size_t strings_size(const char *const *v, uint32_t *ret_nr)
{
	size_t size = 0;
	uint32_t nr = 0;

	for (; v && v[nr] && size <= PLAN_STRINGS_MAX; nr++)
		size += strlen(v[nr]) + 1 + sizeof(uint64_t);
	*ret_nr = nr;
	return size - nr * sizeof(uint64_t);
}

static char *put_strings(char *p, const char *const *v, uint32_t nr)
{
	for (uint32_t i = 0; i < nr; i++)
		p = stpcpy(p, v[i]) + 1;
	return p;
}

int plan_make_init(const struct plan_init *req, struct stub_plan **ret)
{
	struct stub_plan head = {.mode = STUB_MODE_INIT, .flags = req->flags}, *plan;
	size_t args = strings_size(req->argv, &head.nr_args);
	size_t env = strings_size(req->envp, &head.nr_env);
	size_t path = strlen(req->path) + 1;
	size_t pointers = (size_t)head.nr_args + head.nr_env;
	char *p;

	if (args + env + path + pointers * sizeof(uint64_t) > PLAN_STRINGS_MAX)
		return -E2BIG;
	head.scratch = sizeof(head);
	head.args = head.scratch + (uint32_t)((pointers + head.nr_args + 8) * sizeof(uint64_t));
	head.args_len = (uint32_t)args;
	head.env = head.args + (uint32_t)args;
	head.execfn = head.env + (uint32_t)env;
	head.execfn_len = (uint32_t)path;
	head.size = head.execfn + head.execfn_len;
	plan = mem_zalloc(head.size);
	if (!plan)
		return -ENOMEM;
	*plan = head;
	p = put_strings((char *)plan + head.args, req->argv, head.nr_args);
	p = put_strings(p, req->envp, head.nr_env);
	memcpy(p, req->path, path);
	*ret = plan;
	return 0;
}
