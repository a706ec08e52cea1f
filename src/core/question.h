/*
 * Questions: executables of etc/hooks.d/before.PATTERN are asked before a
 * change is made, and may refuse it with a sentence.
 */
#ifndef CORE_QUESTION_H
#define CORE_QUESTION_H

#include "core/journal.h"

/* 0, VA_HOOK_REFUSED, VA_HOOK_FAILED, or VA_MEMORY_ALLOC_ERR. */
int vp_question_ask(struct vpop *vp, const struct vp_intent *intent);
/* What a hook wrote, cut to a sentence for people: 1 if it is one. */
int vp_question_sentence(char *output);

#endif
