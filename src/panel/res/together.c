/*
 * Actions that several modules do together: that whose action it is, and all
 * that name a verb of the same name for a whole domain.  It is done by all or
 * by none (transact.c); the one whose action it is comes last, as it has no
 * need to be taken back then.
 */
#include "config.h"

#include "panel/res/resource.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "panel/res/objstate.h"

struct part {
	struct vhd_modules *modules;
	const char *name;
};

static void
ask(void *module, const char *verb, json_t *parameters,
    struct vp_module_answer *ret)
{
	const struct part *part = module;

	vhd_module_call(part->modules, part->name, verb, parameters, ret);
}

/* What the others are asked: all that they have of the domain, as a job of its
 * own, since one that was taken back is not done again. */
static json_t *
of_domain(const struct vhd_call *call)
{
	char job[VHD_ID_SIZE];

	vhd_call_new_job(job);
	return json_pack("{s:s, s:s, s:o}", "domain", call->place.key, "job",
	    job, "actor", vhd_resource_actor(call));
}

/* What could not be taken back is wrong with the domain from now on. */
static void
say_broken(struct vhd_call *call, const struct vp_module_step *steps,
    const struct part *parts, size_t count)
{
	char reason[VP_MODULE_ERROR];

	for (size_t i = 0; i < count; i++) {
		if (!steps[i].is_broken)
			continue;
		snprintf(reason, sizeof reason,
		    "the module '%s' could not take back its part of '%s': "
		    "%.900s",
		    parts[i].name, call->place.action->name, steps[i].words);
		vhd_object_broken(call, call->place.key, reason);
	}
}

static json_t *
run(struct vhd_call *call, struct vp_module_step *steps,
    const struct part *parts, size_t count)
{
	struct vp_module_answer answer = { .outcome = VP_MODULE_DONE };
	json_t *result = NULL;
	size_t which = 0;

	vp_module_transact(steps, count, ask, &which, &answer);
	if (answer.outcome == VP_MODULE_DONE)
		result = json_incref(answer.result);
	else if (answer.outcome == VP_MODULE_REFUSED)
		vhd_resource_problem(call, &answer);
	else
		vhd_problem(call, 503, "unavailable", "the module '%s' %s",
		    parts[which].name, answer.words);
	say_broken(call, steps, parts, count);
	vp_module_answer_free(&answer);
	return result;
}

json_t *
vhd_act_together(struct vhd_call *call, json_t *parameters)
{
	const char *verb = call->place.action->name;
	size_t all, count = 0;
	const struct vp_manifest *list = vhd_modules_list(call->modules, &all);
	AUTO_FREE struct vp_module_step *steps = calloc(all + 1, sizeof *steps);
	AUTO_FREE struct part *parts = calloc(all + 1, sizeof *parts);
	json_t *others = of_domain(call), *result = NULL;

	for (size_t i = 0; steps && parts && i < all; i++) {
		if (&list[i] == call->place.manifest ||
		    !vp_manifest_has_verb(&list[i], verb))
			continue;
		parts[count] = (struct part){ call->modules, list[i].name };
		steps[count] = (struct vp_module_step){ .module = &parts[count],
			.verb = verb,
			.parameters = others };
		count++;
	}
	if (steps && parts) {
		parts[count] =
		    (struct part){ call->modules, call->place.manifest->name };
		steps[count] = (struct vp_module_step){ .module = &parts[count],
			.verb = "act",
			.parameters = parameters };
		result = run(call, steps, parts, count + 1);
	} else {
		vhd_problem(call, 503, "unavailable", "out of memory");
	}
	json_decref(others);
	json_decref(parameters);
	return result;
}
