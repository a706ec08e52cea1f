/*
 * The protocol of vpopmaild over a site in a scratch folder.  The first byte
 * says who is logged in, the rest is what the client sends.
 *
 * However the bytes are torn, the same requests come out.  Every request
 * after a login has a reply of whole lines.  Nothing outside of the domains
 * changes, also not behind the links that lie in an account's directory, and
 * nobody becomes an administrator of the system by it.
 */
#include "config.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/dirtree.h"
#include "base/line.h"
#include "daemons/vpopmaild/session.h"

#define SECRET "outside"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char scratch[64];
static struct vpop *vp;

/* ---- the site ---------------------------------------------------------- */

static void
check(int good)
{
	if (!good)
		abort();
}

static char *
path_of(const char *name)
{
	char *path = NULL;

	check(asprintf(&path, "%s/%s", scratch, name) >= 0);
	return path;
}

static void
make_dir(const char *name)
{
	AUTO_FREE char *path = path_of(name);

	check(mkdir(path, 0700) == 0);
}

static void
make_file(const char *name, const char *text)
{
	AUTO_FREE char *path = path_of(name);
	AUTO_FCLOSE FILE *fp = fopen(path, "w");

	check(fp != NULL && fputs(text, fp) >= 0);
}

static void
remove_site(void)
{
	AUTO_CLOSE int fd = vp_dir_open("/tmp");

	vpop_close(vp);
	vp_dir_remove(fd, scratch + sizeof "/tmp");
}

static void
make_site(void)
{
	AUTO_FREE char *conf = NULL, *settings = NULL;

	memcpy(scratch, "/tmp/vhostadmin-fuzz.XXXXXX", 28);
	check(mkdtemp(scratch) != NULL);
	make_dir("home");
	make_dir("home/etc");
	make_dir("home/domains");
	make_dir("qmail");
	make_dir("qmail/users");
	make_dir("qmail/control");
	make_file("outside", SECRET);
	check(
	    asprintf(&settings,
		"uid = %u\ngid = %u\nhome = %s/home\nqmaildir = %s/qmail\n"
		"password_scheme = md5\nip_alias_domains = yes\n",
		(unsigned)getuid(), (unsigned)getgid(), scratch, scratch) >= 0);
	make_file("vpopmail.conf", settings);
	conf = path_of("vpopmail.conf");
	check(setenv("VPOPMAIL_CONF", conf, 1) == 0);
	check(vpop_open(&vp, 0) == 0);
	atexit(remove_site);
}

static void
need_user(const char *name, uint32_t flags)
{
	struct vpop_user user;
	struct vpop_user_new new = { .name = name,
		.domain = "test.com",
		.secret = { VPOP_SECRET_CLEAR, "pw" },
		.gid = flags };
	struct vpop_user_change change = { .name = name,
		.domain = "test.com",
		.fields = VPOP_SET_FLAGS,
		.set_flags = flags,
		.clear_flags = UINT32_MAX };

	if (vpop_user_get(vp, name, "test.com", &user) != 0)
		check(vpop_user_add(vp, &new) == 0);
	else if (user.gid != flags)
		check(vpop_user_modify(vp, &change) == 0);
}

/* What the last input may have changed. */
static void
mend_site(int who)
{
	const struct vpop_domain_new new = { .name = "test.com",
		.uid = (uid_t)-1,
		.gid = (gid_t)-1,
		.postmaster = { VPOP_SECRET_CLEAR, "pw" } };
	struct vpop_domain domain;
	AUTO_FREE char *link = path_of("home/domains/test.com/joe/out");
	AUTO_FREE char *target = path_of("outside");

	if (vpop_domain_get(vp, "test.com", &domain) != 0)
		check(vpop_domain_add(vp, &new) == 0);
	need_user("joe", 0);
	need_user("admin", VPOP_QA_ADMIN | (who & 8 ? VPOP_V_OVERRIDE : 0U));
	(void)!symlink(target, link);
}

static void
look_at_site(void)
{
	AUTO_FREE char *path = path_of("outside");
	AUTO_FREE char *text = vp_file_read(AT_FDCWD, path, 100, NULL);
	struct vpop_user user;

	check(text && strcmp(text, SECRET) == 0);
	if (vpop_user_get(vp, "joe", "test.com", &user) == 0)
		check((user.gid & VPOP_SA_ADMIN) == 0);
}

/* ---- the protocol ------------------------------------------------------ */

static struct vpd_session
begin(int who)
{
	struct vpd_session session;

	vpd_session_init(&session);
	session.level = (enum vpd_level)(who & 3);
	session.compact = who & 4;
	session.is_override = session.level == VPD_SYSTEM;
	/* The administrator of the system is one by his socket. */
	if (session.level == VPD_USER || session.level == VPD_DOMAIN) {
		snprintf(session.domain, sizeof session.domain, "test.com");
		snprintf(session.user, sizeof session.user, "%s",
		    session.level == VPD_USER ? "joe" : "admin");
	}
	return session;
}

static int
forget(struct vpd_out *out)
{
	out->used = 0;
	return 0;
}

/* A check sum over requests and where they end. */
static uint64_t
sum(uint64_t old, const char *data, size_t size)
{
	for (size_t i = 0; i < size; i++)
		old = (old ^ (unsigned char)data[i]) * UINT64_C(1099511628211);
	return old * 31 + size;
}

/* Frames only: kinds of blocks come by the sum, as a server's would by its
 * answers.  step: how many bytes arrive at a time. */
static uint64_t
frames(const char *data, size_t size, size_t step)
{
	struct vpd_frame frame = { .want = VPD_LINE };
	size_t have = 0, begun = 0, length, used;
	uint64_t result = 1469598103;

	while (begun < size) {
		enum vpd_framed framed = vpd_frame(
		    &frame, data + begun, have - begun, &length, &used);

		check(used <= have - begun && length <= used);
		if (framed != VPD_FRAME_MORE) {
			result = sum(result, data + begun, length);
			frame.want = (enum vpd_next)(result % 3);
		} else if (have == size) {
			break;
		} else {
			have += step < size - have ? step : size - have;
		}
		begun += used;
	}
	return result;
}

static void
check_reply(const struct vpd_session *before, const struct vpd_out *out)
{
	check(!out->failed);
	if (out->used == 0)
		return;
	check(out->data[out->used - 1] == '\n');
	if (before->pending == VPD_NO_VERB && out->used < 60000)
		check(memcmp(out->data, "+OK", 3) == 0 ||
		      memcmp(out->data, "-ERR ", 5) == 0);
}

static void
converse(int who, const char *data, size_t size)
{
	static struct vpd_out out;
	struct vpd_session session = begin(who), before;
	struct vpd_frame frame = { .want = VPD_LINE };

	while (size > 0 && frame.want != VPD_CLOSE) {
		size_t length, used;
		enum vpd_framed framed =
		    vpd_frame(&frame, data, size, &length, &used);

		if (framed == VPD_FRAME_MORE)
			break;
		before = session;
		out = (struct vpd_out){ .flush = forget };
		frame.want = vpd_execute(vp, &session,
		    framed == VPD_FRAME_REQUEST ? data : NULL, length, &out);
		check_reply(&before, &out);
		data += used;
		size -= used;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data + 1;

	if (size < 2)
		return 0;
	if (!vp)
		make_site();
	uint64_t whole = frames(bytes, size - 1, size);
	check(frames(bytes, size - 1, 1) == whole);
	check(frames(bytes, size - 1, 7) == whole);
	mend_site(data[0]);
	converse(data[0], bytes, size - 1);
	if ((data[0] & 3) != VPD_SYSTEM)
		look_at_site();
	return 0;
}
