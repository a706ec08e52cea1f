/*
 * Executables of an administrator in folders below one: TOP/FOLDER/NN-name.
 *
 * TOP, the folders and the files are only used when nobody but root, or we
 * ourselves, can write to them; a file may belong to anybody else when we are
 * root, and then runs as that user.  Files that cannot be executed, and names
 * that begin with a dot or end with '~', are passed over.
 */
#ifndef BASE_HOOKS_H
#define BASE_HOOKS_H

#include <limits.h>
#include <stddef.h>
#include <sys/types.h>

struct vp_hook {
	char folder[NAME_MAX + 1], name[NAME_MAX + 1];
};

/* All of them, by name and then by folder; none if there is no TOP.  -1 and
 * errno.  ret_list is malloc'd. */
int vp_hooks_list(
    const char *top, struct vp_hook **ret_list, size_t *ret_count);

struct vp_hook_call {
	const char *top;
	const struct vp_hook *hook;
	uid_t uid; /* of root's own hooks, when we are root */
	gid_t gid;
	char *const *envp;
	const char *input; /* on its standard input */
	int seconds;
	int fd2;      /* standard error; -1: with its output */
	char *output; /* of size bytes; a NUL is added */
	size_t size;
};

/* Who it would run as.  0; -1 and errno: EPERM for an owner or mode that is
 * not allowed. */
int vp_hook_owner(
    const struct vp_hook_call *call, uid_t *ret_uid, gid_t *ret_gid);
/*
 * Run it.  The wait status; -1 and errno: EPERM as above, ETIMEDOUT, EMSGSIZE
 * for more output than there is room for (it is killed with all it started in
 * both cases), or why it could not be started.
 */
int vp_hook_run(const struct vp_hook_call *call);

#endif
