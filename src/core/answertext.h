/* The file "message" of automatic answers, as panels have always written it:
 * fields From and Subject, an empty line, the text. */
#ifndef CORE_ANSWERTEXT_H
#define CORE_ANSWERTEXT_H

#include "vpop_delivery.h"

#include "core/handle.h"

#define VP_ANSWER_FILE (1 << 20) /* largest file accepted */

/* Are these texts fit for an answer? */
int vp_answer_check(struct vpop *vp, const char *subject, const char *text);
/* The file, malloc'd; NULL without memory. */
char *vp_answer_make(
    const char *address, const char *subject, const char *text);
/* What a file says; text is malloc'd, NULL without memory. */
void vp_answer_read(const char *file,
    char ret_subject[VPOP_ANSWER_SUBJECT_SIZE], char **ret_text);

#endif
