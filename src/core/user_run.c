/*
 * Runs of account changes: what adding, changing and deleting have in
 * common.
 */
#include "config.h"

#include "core/user_run.h"

#include <string.h>
#include <strings.h>

#include "core/dircontrol.h"
#include "core/question.h"

#define SLOTS (VP_RUN * 4) /* of the table of names */

/* How every element of a caller's list begins. */
struct head {
	const char *name, *domain;
};

static struct head
head_of(const struct vp_verb *verb, size_t index)
{
	struct head head;

	memcpy(&head, (const char *)verb->list + index * verb->stride,
	    sizeof head);
	if (!head.name)
		head.name = "";
	if (!head.domain)
		head.domain = "";
	return head;
}

static size_t
slot_of(const char *name)
{
	uint32_t value = UINT32_C(2166136261);

	for (; *name; name++) {
		value ^= (unsigned char)*name | 0x20u;
		value *= UINT32_C(16777619);
	}
	return value % SLOTS;
}

static size_t
run_length(const struct vp_verb *verb, size_t first)
{
	uint16_t slots[SLOTS] = { 0 }; /* index + 1 */
	const char *domain = head_of(verb, first).domain;
	size_t count = verb->count - first, length;

	if (count > VP_RUN)
		count = VP_RUN;
	for (length = 0; length < count; length++) {
		struct head head = head_of(verb, first + length);
		size_t slot = slot_of(head.name);

		if (strcasecmp(head.domain, domain) != 0)
			break;
		for (; slots[slot]; slot = (slot + 1) % SLOTS) {
			struct head other =
			    head_of(verb, first + slots[slot] - 1u);

			if (strcasecmp(other.name, head.name) == 0)
				return length;
		}
		slots[slot] = (uint16_t)(length + 1);
	}
	return length;
}

/* ---- results ---------------------------------------------------------- */

void *
vp_run_element(const struct vp_run *run, size_t index)
{
	return (char *)run->list + index * run->size;
}

int
vp_run_is_good(const struct vp_element *element)
{
	return *element->code == 0 && !element->skip;
}

int
vp_run_result(struct vp_run *run, struct vp_element *element, int code)
{
	vp_result(run->vp, code, element->code, element->message);
	if (code == 0 || !run->stop)
		return code;
	for (size_t i = 0; i < run->count; i++) {
		struct vp_element *later = vp_run_element(run, i);

		if (later > element && *later->code == 0)
			vp_result(run->vp, code, later->code, later->message);
	}
	return code;
}

void
vp_run_fail(struct vp_run *run, int code)
{
	for (size_t i = 0; i < run->count; i++) {
		struct vp_element *element = vp_run_element(run, i);

		if (vp_run_is_good(element))
			vp_result(
			    run->vp, code, element->code, element->message);
	}
}

void
vp_run_compact(struct vp_run *run)
{
	size_t kept = 0;

	for (size_t i = 0; i < run->count; i++) {
		void *element = vp_run_element(run, i);

		if (!vp_run_is_good(element))
			continue;
		if (kept < i)
			memcpy(vp_run_element(run, kept), element, run->size);
		kept++;
	}
	run->count = kept;
}

/* ---- store and journal ------------------------------------------------ */

/* A failed commit may have been one after all: ask. */
static void
ask_store(struct vp_run *run, int code,
    int (*is_done)(struct vp_run *run, void *element))
{
	char reason[sizeof run->vp->message];

	memcpy(reason, run->vp->message, sizeof reason);
	for (size_t i = 0; i < run->count; i++) {
		struct vp_element *element = vp_run_element(run, i);

		if (!vp_run_is_good(element))
			continue;
		int done = is_done(run, element);
		element->unsure = done < 0;
		vp_fail(run->vp, code, "%s", reason);
		if (done <= 0)
			vp_result(
			    run->vp, code, element->code, element->message);
	}
}

int
vp_run_lock(struct vp_run *run)
{
	struct vp_place *place = &run->place;
	int code = vp_place_lock(run->vp, place);

	if (code < 0 || vp_dry_run(run->vp))
		return code;
	code = place->ops->begin(place->store, &place->domain);
	place->is_begun = code == 0;
	return code;
}

static int
keep_count(struct vp_run *run)
{
	if (!run->control)
		return 0;
	return vp_dircontrol_keep(run->vp, run->control, run->uncounted(run));
}

void
vp_run_store(struct vp_run *run,
    int (*write)(struct vp_run *run, void *element),
    int (*is_done)(struct vp_run *run, void *element))
{
	struct vp_place *place = &run->place;
	size_t good = 0;

	const int is_written = run->write_all && run->write_all(run) != 0;
	for (size_t i = 0; i < run->count; i++) {
		struct vp_element *element = vp_run_element(run, i);

		if (vp_run_is_good(element) &&
		    (is_written ||
			vp_run_result(run, element, write(run, element)) == 0))
			good++;
	}
	if (good == 0)
		return;

	int code = keep_count(run);

	if (code < 0) {
		vp_run_fail(run, code);
		return;
	}
	code = place->ops->commit(place->store);
	place->is_begun = 0;
	if (code < 0)
		ask_store(run, code, is_done);
}

/* A hook's no to one is not a no to the others. */
int
vp_run_intend(struct vp_run *run)
{
	size_t asked = 0;

	for (size_t i = 0; i < run->count; i++) {
		struct vp_element *element = vp_run_element(run, i);
		struct vp_intent *intent = &run->intents[i];

		if (vp_run_is_good(element) &&
		    vp_run_result(
			run, element, vp_question_ask(run->vp, intent)) == 0)
			asked++;
		intent->is_asked = 1;
		intent->is_out = !vp_run_is_good(element);
	}
	if (asked == 0)
		return 0;
	for (size_t i = 0; i < run->count; i++)
		run->intents[i].is_out |=
		    !vp_run_is_good(vp_run_element(run, i));
	return vp_journal_intend(run->vp, run->intents, run->count);
}

void
vp_run_undo(struct vp_run *run)
{
	for (size_t i = 0; i < run->count; i++) {
		const struct vp_element *element = vp_run_element(run, i);

		if (*element->code != 0 && !element->unsure)
			vp_journal_undo(
			    run->vp, &run->intents[i], 1, element->message);
	}
}

void
vp_run_forget(struct vp_run *run)
{
	for (size_t i = 0; i < run->count; i++) {
		struct vp_element *element = vp_run_element(run, i);

		json_decref(run->intents[i].old);
		json_decref(run->intents[i].new);
		json_decref(run->intents[i].plan);
		free(element->object);
		element->object = NULL;
	}
	memset(run->intents, 0, run->count * sizeof *run->intents);
}

/* ---- the verb --------------------------------------------------------- */

static int *
code_of(const struct vp_verb *verb, size_t index)
{
	void *code = (char *)verb->list + index * verb->stride + verb->code_at;

	return code;
}

static char *
message_of(const struct vp_verb *verb, size_t index)
{
	return (char *)verb->list + index * verb->stride + verb->message_at;
}

static void
set_results(struct vpop *vp, const struct vp_verb *verb, size_t from, int code)
{
	for (size_t i = from; i < verb->count; i++)
		vp_result(vp, code, code_of(verb, i), message_of(verb, i));
}

static void
set_up(const struct vp_verb *verb, size_t first, struct vp_run *run)
{
	memset(run->list, 0, run->count * run->size);
	for (size_t i = 0; i < run->count; i++) {
		struct vp_element *element = vp_run_element(run, i);

		element->code = code_of(verb, first + i);
		element->message = message_of(verb, first + i);
		element->in = (char *)verb->list + (first + i) * verb->stride;
	}
}

/* Index of the first failure among those done, or "done". */
static size_t
first_failure(const struct vp_verb *verb, size_t done)
{
	size_t i = 0;

	while (i < done && *code_of(verb, i) == 0)
		i++;
	return i;
}

/* Returns how many elements were worked on. */
static size_t
work(const struct vp_verb *verb, const struct vp_run *model)
{
	size_t done = 0;

	while (done < verb->count) {
		struct vp_run run = *model;
		size_t length = run_length(verb, done);

		run.count = length;
		set_up(verb, done, &run);
		verb->run(&run);
		vp_place_close(&run.place);
		done += length;
		if (verb->stop && first_failure(verb, done) < done)
			break;
	}
	return done;
}

static int
run_all(struct vpop *vp, const struct vp_verb *verb)
{
	const size_t most = verb->count < VP_RUN ? verb->count : VP_RUN;
	AUTO_FREE struct vp_intent *intents = calloc(most, sizeof *intents);
	AUTO_FREE char *list = calloc(most, verb->size);
	const struct vp_run model = { .vp = vp,
		.place = { .dirfd = -1, .lock = -1, .hash.fd = -1 },
		.list = list,
		.size = verb->size,
		.intents = intents,
		.stop = verb->stop,
		.arg = verb->arg };

	if (!intents || !list) {
		vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");
		set_results(vp, verb, 0, VA_MEMORY_ALLOC_ERR);
		return VA_MEMORY_ALLOC_ERR;
	}
	size_t done = work(verb, &model);
	size_t bad = first_failure(verb, done);
	explicit_bzero(list, most * verb->size);
	if (bad == done)
		return 0;
	vp_fail(vp, *code_of(verb, bad), "%s", message_of(verb, bad));
	set_results(vp, verb, done, *code_of(verb, bad));
	return *code_of(verb, bad);
}

int
vp_users_verb(struct vpop *vp, const struct vp_verb *verb)
{
	int code;

	if (verb->count == 0)
		return 0;
	set_results(vp, verb, 0, 0);
	code = vp_change_start(vp);
	if (code < 0) {
		set_results(vp, verb, 0, code);
		return code;
	}
	code = run_all(vp, verb);
	vp_change_end(vp);
	return code;
}
