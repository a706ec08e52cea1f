/*
 * Order and shape of host names, and two helpers for qmail's own folders and
 * programs.
 */
#include "config.h"

#include "qmail/hostfile.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "base/attr.h"
#include "base/child.h"
#include "qmail/assign.h"

#define RUN_SECONDS 600

/* A name seen as its sort key: the part from tail on, a dot, the front. */
struct key {
	const char *name;
	size_t size;
	size_t tail; /* 0: the name is its own key */
};

static struct key
key_of(const char *name, size_t size)
{
	struct key key = { name, size, 0 };
	int dots = 0;

	for (size_t i = size; i > 0; i--) {
		if (name[i - 1] == '.' && ++dots == 2) {
			key.tail = i;
			break;
		}
	}
	return key;
}

static int
byte_at(const struct key *key, size_t i)
{
	size_t tail_size = key->size - key->tail;
	unsigned char c;

	if (i >= key->size)
		return -1;
	if (i < tail_size)
		c = (unsigned char)key->name[key->tail + i];
	else if (i == tail_size)
		c = '.';
	else
		c = (unsigned char)key->name[i - tail_size - 1];
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

int
vp_host_compare_n(const char *a, size_t a_size, const char *b, size_t b_size)
{
	struct key x = key_of(a, a_size), y = key_of(b, b_size);

	for (size_t i = 0;; i++) {
		int p = byte_at(&x, i), q = byte_at(&y, i);

		if (p != q || p < 0)
			return (p > q) - (p < q);
	}
}

int
vp_host_compare(const char *a, const char *b)
{
	return vp_host_compare_n(a, strlen(a), b, strlen(b));
}

int
vp_host_is_name(const char *name, size_t size)
{
	if (size == 0 || name[0] == '.')
		return 0;
	for (size_t i = 0; i < size; i++) {
		unsigned char c = (unsigned char)name[i];

		if (c < 0x80 && !isalnum(c) && c != '-' && c != '_' && c != '.')
			return 0;
	}
	return 1;
}

/*
 * qmail's folders belong to root, and some packages make them links to
 * places below /etc: they are followed.
 */
int
vp_qmail_folder(const char *qmail_dir, const char *name)
{
	AUTO_FREE char *path = NULL;

	if (asprintf(&path, "%s/%s", qmail_dir, name) < 0) {
		path = NULL;
		errno = ENOMEM;
		return -1;
	}
	return open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

int
vp_qmail_run(const char *program)
{
	const char *argv[] = { program, NULL };
	struct vp_child child = { .argv = argv,
		.fd0 = -1,
		.fd1 = -1,
		.fd2 = -1,
		.dirfd = -1,
		.seconds = RUN_SECONDS };
	int status = vp_child_run(&child);

	if (status == -1)
		return -1;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		errno = EPROTO;
		return -1;
	}
	return 0;
}
