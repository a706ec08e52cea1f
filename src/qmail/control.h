/*
 * qmail's control files that list domains: rcpthosts, morercpthosts and its
 * cdb, virtualdomains, locals (qmail-control(5), facts: storage 12.3-12.5).
 */
#ifndef QMAIL_CONTROL_H
#define QMAIL_CONTROL_H

#include <stddef.h>

struct vp_control_how {
	const char *qmail_dir;
	const char *newmrh; /* external qmail-newmrh, "" or NULL: by us */
};

enum vp_control_flag {
	VP_CONTROL_NO_COMPILE = 1 /* leave morercpthosts.cdb for later */
};

/*
 * Each takes the locks "<file>.lock" in the order rcpthosts, morercpthosts,
 * virtualdomains, locals; keeps comments and unknown lines in place; adds in
 * sorted position and never twice; creates neither locals nor morercpthosts
 * when nothing has to go in; keeps owner and mode (new files: 0644).
 * 0, or -1 and errno.
 */

/* Accept mail for the names: a name goes to rcpthosts while that has fewer
 * than 50 lines, else to morercpthosts, whose cdb is rebuilt. */
int vp_control_rcpt_add(const struct vp_control_how *how,
    const char *const *names, size_t count, unsigned flags);
/* Remove the names from both files, whichever they are in; an emptied
 * morercpthosts and its cdb are unlinked. */
int vp_control_rcpt_remove(const struct vp_control_how *how,
    const char *const *names, size_t count, unsigned flags);
/* Add "name:name" to virtualdomains, in place of any other "name:..." line,
 * and take the name out of locals. */
int vp_control_virtual_add(
    const struct vp_control_how *how, const char *const *names, size_t count);
/* Remove every "name:..." line. */
/* Put names back into locals, when adding them was taken back; a missing
 * file stays missing. */
int vp_control_locals_add(
    const struct vp_control_how *how, const char *const *names, size_t count);
int vp_control_virtual_remove(
    const struct vp_control_how *how, const char *const *names, size_t count);
/* Rebuild morercpthosts.cdb from its text. */
int vp_control_compile(const struct vp_control_how *how);

/* 1 if name is listed in control/<file> (for virtualdomains: a line
 * "name:..."), 0 if not or no such file, -1 and errno.  For "rcpthosts" both
 * files count, and the cdb must agree. */
int vp_control_has(const char *qmail_dir, const char *file, const char *name);
/* Every name listed in control/<file> (virtualdomains: before the colon),
 * malloc'd, to be freed with vp_control_list_free; 0 or -1. */
int vp_control_list(const char *qmail_dir, const char *file, char ***ret_names,
    size_t *ret_count);
void vp_control_list_free(char **names, size_t count);
/* 1 if morercpthosts.cdb agrees with morercpthosts, 0, -1. */
int vp_control_check(const char *qmail_dir);

#endif
