/*
 * Order for a process that faces the network: open what it needs, files,
 * ids, process.
 */
#include "config.h"

#include "daemons/common/privdrop.h"

#include <errno.h>
#include <grp.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

int
vp_privdrop_ids(uid_t uid, gid_t gid)
{
	if (geteuid() != 0)
		return 0;
	if (uid == 0) {
		errno = EPERM;
		return -1;
	}
	if (setgroups(0, NULL) != 0 || setresgid(gid, gid, gid) != 0)
		return -1;
	return setresuid(uid, uid, uid);
}

/* A removed folder takes no entry any more, whoever asks. */
int
vp_privdrop_files(void)
{
	char path[] = "/tmp/empty.XXXXXX";
	int rc;

	if (geteuid() != 0)
		return 0;
	if (!mkdtemp(path))
		return -1;
	rc = chdir(path);
	if (rmdir(path) != 0 || rc != 0 || chroot(".") != 0)
		return -1;
	return chdir("/");
}

int
vp_privdrop_process(void)
{
	const struct rlimit none = { 0, 0 };

	if (setrlimit(RLIMIT_CORE, &none) != 0)
		return -1;
	return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 ||
		       prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0
		   ? -1
		   : 0;
}
