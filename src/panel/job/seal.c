#include "config.h"

#include "panel/job/seal.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>

#include "base/attr.h"
#include "base/dirtree.h"
#include "base/line.h"
#include "base/lock.h"
#include "base/replace.h"
#include "base/text.h"

#define FILE_NAME    "panel.key"
#define LOCK_NAME    FILE_NAME ".lock"
#define LOCK_SECONDS 10
#define OVERHEAD     (crypto_secretbox_NONCEBYTES + crypto_secretbox_MACBYTES)

struct vhd_seal {
	unsigned char key[crypto_secretbox_KEYBYTES];
};

/* 0, or -1 and errno. */
static int
read_key(int dirfd, struct vhd_seal *seal)
{
	size_t size;
	char *text = vp_file_read(dirfd, FILE_NAME, sizeof seal->key, &size);
	int rc = text && size == sizeof seal->key ? 0 : -1;

	if (!text)
		return -1;
	if (rc == 0)
		memcpy(seal->key, text, sizeof seal->key);
	else
		errno = EINVAL;
	explicit_bzero(text, size);
	free(text);
	return rc;
}

/* One process makes it, and others wait for that. */
static int
make_key(const struct vpop *vp, int dirfd, struct vhd_seal *seal)
{
	int64_t uid = 0, gid = 0;

	vp_number(vpop_setting(vp, "uid"), 0, UINT32_MAX, &uid);
	vp_number(vpop_setting(vp, "gid"), 0, UINT32_MAX, &gid);
	AUTO_CLOSE int lock =
	    vp_lock(dirfd, LOCK_NAME, (uid_t)uid, (gid_t)gid, LOCK_SECONDS);
	if (lock < 0)
		return -1;
	if (read_key(dirfd, seal) == 0)
		return 0;
	if (errno != ENOENT)
		return -1;
	if (vp_random(seal->key, sizeof seal->key) != 0)
		return -1;
	return vp_replace_text(dirfd, FILE_NAME, seal->key, sizeof seal->key,
	    0600, (uid_t)uid, (gid_t)gid);
}

struct vhd_seal *
vhd_seal_open(const struct vpop *vp)
{
	struct vhd_seal *seal = calloc(1, sizeof *seal);
	AUTO_CLOSE int home = vp_dir_open(vpop_home(vp));
	AUTO_CLOSE int dirfd = home >= 0 ? vp_dir_open_at(home, "var") : -1;
	int rc = -1;

	if (seal && dirfd >= 0 && sodium_init() >= 0)
		rc = read_key(dirfd, seal);
	if (rc != 0 && dirfd >= 0 && seal && errno == ENOENT)
		rc = make_key(vp, dirfd, seal);
	if (rc == 0)
		return seal;
	vhd_seal_close(seal);
	return NULL;
}

void
vhd_seal_close(struct vhd_seal *seal)
{
	if (seal)
		explicit_bzero(seal, sizeof *seal);
	free(seal);
}

unsigned char *
vhd_seal_lock(const struct vhd_seal *seal, const char *text, size_t size,
    size_t *ret_size)
{
	unsigned char *sealed = malloc(size + OVERHEAD);

	if (!sealed)
		return NULL;
	if (vp_random(sealed, crypto_secretbox_NONCEBYTES) != 0) {
		free(sealed);
		return NULL;
	}
	crypto_secretbox_easy(sealed + crypto_secretbox_NONCEBYTES,
	    (const unsigned char *)text, size, sealed, seal->key);
	*ret_size = size + OVERHEAD;
	return sealed;
}

char *
vhd_seal_unlock(const struct vhd_seal *seal, const void *sealed, size_t size,
    size_t *ret_size)
{
	const unsigned char *from = sealed;
	char *text;

	errno = EBADMSG;
	if (!sealed || size < OVERHEAD)
		return NULL;
	text = malloc(size - OVERHEAD + 1);
	if (!text)
		return NULL;
	if (crypto_secretbox_open_easy((unsigned char *)text,
		from + crypto_secretbox_NONCEBYTES,
		size - crypto_secretbox_NONCEBYTES, from, seal->key) != 0) {
		free(text);
		errno = EBADMSG;
		return NULL;
	}
	*ret_size = size - OVERHEAD;
	text[*ret_size] = '\0';
	return text;
}
