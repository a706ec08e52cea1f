/*
 * Compiling the rules of tcpserver: the administrator's file, then one rule
 * for each roaming address, through the real tcprules program.
 *
 * The program works in a fresh folder of its own, so that nobody can plant
 * links under names it writes to; what it made is looked at before it takes
 * the place of the compiled file.  The administrator's rules come first, and
 * the first rule of an address counts.
 */
#include "config.h"

#include "core/relay.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base/child.h"
#include "base/dirtree.h"
#include "base/line.h"
#include "base/sync.h"
#include "base/text.h"
#include "qmail/cdbfile.h"

#define RULE     ":allow,RELAYCLIENT=\"\",RBLSMTPD=\"\"\n"
#define MADE     "rules.cdb"
#define TEMP     "rules.tmp"
#define SECONDS  10
#define MAX_FILE (16 << 20)

struct rules {
	struct vpop *vp;
	char *path;       /* of the administrator's file */
	const char *name; /* its last part */
	int dirfd;        /* its folder */
	char *text;       /* what it says, NULL if there is none */
	size_t size;
	char words[256]; /* of the program, when it fails */
};

static int
failed(struct rules *rules, const char *what)
{
	return vp_fail_errno(rules->vp,
	    vp_code_of_errno(errno, VA_COULD_NOT_UPDATE_FILE), "cannot %s '%s'",
	    what, rules->path);
}

static int
open_rules(struct vpop *vp, struct rules *ret)
{
	*ret = (struct rules){ .vp = vp, .dirfd = -1 };
	if (*vp->set.tcpserver_file)
		ret->path = strdup(vp->set.tcpserver_file);
	else if (asprintf(&ret->path, "%s/tcp.smtp", vp->etc) < 0)
		ret->path = NULL;
	if (!ret->path)
		return vp_fail(vp, VA_MEMORY_ALLOC_ERR, "out of memory");

	char *slash = strrchr(ret->path, '/');
	if (ret->path[0] != '/' || slash == ret->path || slash[1] == '\0')
		return vp_fail(vp, VA_INVALID_ARGUMENT,
		    "setting tcpserver_file: '%s' is not the path of a file",
		    ret->path);
	ret->name = slash + 1;
	*slash = '\0';
	ret->dirfd = vp_dir_open(ret->path);
	*slash = '/';
	if (ret->dirfd < 0)
		return failed(ret, "open the folder of");
	ret->text = vp_file_read(ret->dirfd, ret->name, MAX_FILE, &ret->size);
	if (!ret->text && errno != ENOENT)
		return failed(ret, "read");
	return 0;
}

static void
close_rules(struct rules *rules)
{
	free(rules->path);
	free(rules->text);
	if (rules->dirfd >= 0)
		close(rules->dirfd);
}

/*
 * The IPv6 tcpserver that Debian has shortens a single group of zeros, too,
 * where the usual form of the address does not: then it needs a second rule.
 */
static void
write_other_form(FILE *fp, const char *ip)
{
	struct in6_addr v6;
	int group = 0;

	if (strstr(ip, "::") || inet_pton(AF_INET6, ip, &v6) != 1)
		return;
	while (group < 8 && (v6.s6_addr[2 * group] | v6.s6_addr[2 * group + 1]))
		group++;
	if (group == 8)
		return;
	if (group == 0)
		fputc(':', fp);
	for (int i = 0; i < 8; i++) {
		unsigned value =
		    (unsigned)v6.s6_addr[2 * i] << 8 | v6.s6_addr[2 * i + 1];

		if (i != group)
			fprintf(fp, "%x", value);
		if (i < 7 || i == group)
			fputc(':', fp);
	}
	fputs(RULE, fp);
}

static int
is_v6(const struct vp_relay_entry *entry)
{
	return strchr(entry->ip, ':') != NULL;
}

/* The program's input, as a descriptor. */
static int
make_input(
    const struct rules *rules, const struct vp_relay_list *list, int with_v6)
{
	int fd = memfd_create("rules", MFD_CLOEXEC);
	FILE *fp = fd < 0 ? NULL : fdopen(dup(fd), "w");

	if (!fp) {
		if (fd >= 0)
			close(fd);
		return -1;
	}
	if (rules->text && rules->size > 0) {
		fwrite(rules->text, 1, rules->size, fp);
		if (rules->text[rules->size - 1] != '\n')
			fputc('\n', fp);
	}
	for (size_t i = 0; i < list->count; i++) {
		if (is_v6(&list->entries[i]) && !with_v6)
			continue;
		fprintf(fp, "%s" RULE, list->entries[i].ip);
		if (is_v6(&list->entries[i]))
			write_other_form(fp, list->entries[i].ip);
	}
	int bad = ferror(fp);
	if (fclose(fp) != 0 || bad || lseek(fd, 0, SEEK_SET) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

/* What the program said, for the sentence. */
static void
read_words(struct rules *rules, int fd)
{
	ssize_t got = pread(fd, rules->words, sizeof rules->words - 1, 0);

	rules->words[got > 0 ? got : 0] = '\0';
	rules->words[strcspn(rules->words, "\n")] = '\0';
}

/* Run the program in the folder: 1 it succeeded, 0 it did not like its
 * input, or a code. */
static int
run_program(struct rules *rules, int folder, int input)
{
	const char *program = rules->vp->set.tcprules_prog;
	const char *argv[] = { program, MADE, TEMP, NULL };
	AUTO_CLOSE int words = memfd_create("words", MFD_CLOEXEC);
	struct vp_child child = {
		.argv = argv,
		.fd0 = input,
		.fd1 = -1,
		.fd2 = words,
		.dirfd = folder,
		.seconds = SECONDS,
	};

	int status = vp_child_run(&child);
	if (status == -1)
		return vp_fail_errno(rules->vp, VA_COULD_NOT_UPDATE_FILE,
		    "cannot run '%s'", program);
	if (words >= 0)
		read_words(rules, words);
	return status == 0;
}

/* Is there a rule for everybody that the administrator did not write?  1, 0,
 * or -1 and errno. */
static int
is_open(const struct rules *rules, int folder)
{
	const char *data;
	size_t size;

	if (rules->text &&
	    (rules->text[0] == ':' || strstr(rules->text, "\n:")))
		return 0;
	struct vp_cdb_reader *cdb = vp_cdb_open(folder, MADE);
	if (!cdb)
		return -1;
	int found = vp_cdb_find(cdb, "", 0, &data, &size);
	vp_cdb_close(cdb);
	return found;
}

/* Put what the program made into its place. */
static int
install(struct rules *rules, int folder)
{
	const struct vpop *vp = rules->vp;
	char name[NAME_MAX + 1];
	int open_to_all = is_open(rules, folder);

	if (open_to_all > 0)
		return vp_fail(rules->vp, VA_COULD_NOT_UPDATE_FILE,
		    "'%s' made a rule for every address",
		    vp->set.tcprules_prog);

	AUTO_CLOSE int fd =
	    openat(folder, MADE, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (open_to_all < 0 || fd < 0 ||
	    (geteuid() == 0 && fchown(fd, vp->uid, vp->gid) != 0) ||
	    fchmod(fd, 0644) != 0 || vp_sync(fd) != 0 ||
	    vp_format(name, sizeof name, "%s.cdb", rules->name) != 0 ||
	    renameat(folder, MADE, rules->dirfd, name) != 0 ||
	    vp_dir_sync(rules->dirfd) != 0)
		return failed(rules, "install the rules compiled from");
	return 0;
}

/* A new folder that only we can write to; it was not swapped for another one
 * before it was opened. */
static int
make_folder(const struct rules *rules, const char *name)
{
	struct stat st;

	if (vp_dir_remove(rules->dirfd, name) != 0 ||
	    vp_dir_make(rules->dirfd, name, 0700, geteuid(), getegid()) != 0)
		return -1;
	int fd = vp_dir_open_at(rules->dirfd, name);
	if (fd >= 0 && (fstat(fd, &st) != 0 || st.st_uid != geteuid() ||
			   (st.st_mode & 077) != 0)) {
		close(fd);
		errno = EPERM;
		return -1;
	}
	return fd;
}

/* 1 compiled and installed, 0 the input was refused, or a code. */
static int
try(struct rules *rules, int folder, const struct vp_relay_list *list,
    int with_v6)
{
	AUTO_CLOSE int input = make_input(rules, list, with_v6);

	if (input < 0)
		return failed(rules, "make the rules of");
	int rc = run_program(rules, folder, input);
	if (rc == 1)
		rc = install(rules, folder);
	else
		return rc;
	return rc < 0 ? rc : 1;
}

static size_t
count_v6(const struct vp_relay_list *list)
{
	size_t count = 0;

	for (size_t i = 0; i < list->count; i++)
		count += (size_t)is_v6(&list->entries[i]);
	return count;
}

/* A tcprules without IPv6 refuses all of its input for one such address. */
static int
compile_in(struct rules *rules, int folder, struct vp_relay_list *list)
{
	int rc = try(rules, folder, list, 1);

	if (rc == 0 && count_v6(list) > 0) {
		rc = try(rules, folder, list, 0);
		for (size_t i = 0; i < list->count && rc == 1; i++)
			list->entries[i].refused = is_v6(&list->entries[i]);
	}
	if (rc == 0)
		return vp_fail(rules->vp, VA_COULD_NOT_UPDATE_FILE,
		    "'%s' did not compile the rules of '%s': %s",
		    rules->vp->set.tcprules_prog, rules->path, rules->words);
	return rc < 0 ? rc : 0;
}

static int
compile(struct rules *rules, struct vp_relay_list *list)
{
	char name[NAME_MAX + 1];
	AUTO_CLOSE int folder = -1;

	if (vp_format(name, sizeof name, "%s.tmp", rules->name) == 0)
		folder = make_folder(rules, name);
	if (folder < 0)
		return failed(rules, "make a folder beside");

	int code = compile_in(rules, folder, list);
	(void)vp_dir_remove(rules->dirfd, name);
	return code;
}

int
vp_relay_compile(struct vpop *vp, struct vp_relay_list *list)
{
	struct rules rules;

	if (!vp->set.rebuild_tcpserver_file)
		return 0;
	int code = open_rules(vp, &rules);
	if (code == 0)
		code = compile(&rules, list);
	close_rules(&rules);
	return code;
}
