/* The password policy: etc/password_strength.conf (facts: storage 16). */
#ifndef CORE_POLICY_H
#define CORE_POLICY_H

#include "core/handle.h"

#define VP_POLICY_FILE     "password_strength.conf"
#define VP_POLICY_BYTES    65536 /* largest file accepted */
#define VP_POLICY_TEXT     512   /* longest description, NUL included */
#define VP_POLICY_SENTENCE 128

/* Parse text (modified in place).  NULL: *ret_line is the number of the bad
 * line, or 0 when memory is short. */
struct vp_policy *vp_policy_parse(char *text, unsigned long *ret_line);
void vp_policy_free(struct vp_policy *policy);
/* The description, "" if there is none. */
const char *vp_policy_text(const struct vp_policy *policy);
/* 0, or the code of the first rule that clear fails; the sentence for the
 * user is then in ret_sentence. */
int vp_policy_check(const struct vp_policy *policy, const char *clear,
    char ret_sentence[VP_POLICY_SENTENCE]);

#endif
