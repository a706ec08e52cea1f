/*
 * All or nothing over several modules.
 *
 * A module that breaks while it makes its step may have made it: it is asked
 * to take the job back like those before it, which changes nothing if it was
 * never done.  A module that cannot even do that leaves its object degraded,
 * for reconcile to mend; the others are taken back all the same.
 */
#include "config.h"

#include "panel/module/set.h"

#include <string.h>

/* Nothing is made yet. */
static enum vp_module_outcome
validate(struct vp_module_step *step, vp_module_ask *ask,
    struct vp_module_answer *answer)
{
	json_t *parameters;

	if (strcmp(step->verb, "act") == 0)
		return VP_MODULE_DONE;
	parameters = json_copy(step->parameters);

	if (parameters)
		json_object_set_new(
		    parameters, "action", json_string(step->verb));
	ask(step->module, "validate", parameters, answer);
	json_decref(parameters);
	json_decref(answer->result);
	answer->result = NULL;
	return answer->outcome;
}

static void
keep_words(struct vp_module_step *step, const struct vp_module_answer *answer)
{
	memcpy(step->words, answer->words, sizeof step->words);
}

static enum vp_module_outcome
make(struct vp_module_step *step, vp_module_ask *ask,
    struct vp_module_answer *answer)
{
	ask(step->module, step->verb, step->parameters, answer);
	if (answer->outcome == VP_MODULE_DONE)
		step->undo =
		    json_incref(json_object_get(answer->result, "undo"));
	step->is_made = answer->outcome != VP_MODULE_REFUSED;
	return answer->outcome;
}

static void
take_back(struct vp_module_step *step, vp_module_ask *ask)
{
	struct vp_module_answer answer;
	json_t *parameters = json_copy(step->parameters);

	if (parameters)
		json_object_set_new(parameters, "undo",
		    step->undo ? json_incref(step->undo) : json_null());
	ask(step->module, "undo", parameters, &answer);
	json_decref(parameters);
	step->is_broken = answer.outcome != VP_MODULE_DONE;
	if (step->is_broken)
		keep_words(step, &answer);
	else
		step->is_made = 0;
	vp_module_answer_free(&answer);
}

enum vp_module_outcome
vp_module_transact(struct vp_module_step *steps, size_t count,
    vp_module_ask *ask, size_t *ret_which, struct vp_module_answer *ret_answer)
{
	enum vp_module_outcome outcome = VP_MODULE_DONE;
	size_t i;

	for (i = 0; i < count && outcome == VP_MODULE_DONE; i++)
		outcome = validate(&steps[i], ask, ret_answer);
	if (outcome != VP_MODULE_DONE) {
		*ret_which = i - 1;
		return outcome;
	}
	for (i = 0; i < count && outcome == VP_MODULE_DONE; i++) {
		vp_module_answer_free(ret_answer);
		outcome = make(&steps[i], ask, ret_answer);
	}
	if (outcome != VP_MODULE_DONE) {
		*ret_which = i - 1;
		while (i-- > 0)
			if (steps[i].is_made)
				take_back(&steps[i], ask);
	}
	for (i = 0; i < count; i++) {
		json_decref(steps[i].undo);
		steps[i].undo = NULL;
	}
	return outcome;
}
