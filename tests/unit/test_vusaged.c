/* Parts of the usage daemon: tables, what it knows, and its saved state. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/line.h"
#include "daemons/vusaged/protocol.h"
#include "daemons/vusaged/scan.h"
#include "daemons/vusaged/state.h"
#include "unit.h"

static const char *
name_of(const void *thing)
{
	return thing;
}

START_TEST(tables)
{
	struct vp_table table = { .name = name_of };
	static char names[500][8];
	int is_in[500] = { 0 };
	unsigned n = 0;

	for (size_t i = 0; i < 500; i++)
		snprintf(names[i], sizeof names[i], "n%zu", i);
	for (unsigned step = 0; step < 20000; step++) {
		unsigned i = (step * 7919u + step / 13u) % 500;

		if (is_in[i]) {
			vp_table_remove(&table, names[i]);
			n--;
		} else {
			ck_assert_int_eq(vp_table_add(&table, names[i]), 0);
			n++;
		}
		is_in[i] = !is_in[i];
		ck_assert_uint_eq(table.used, n);
	}
	for (size_t i = 0; i < 500; i++)
		ck_assert_ptr_eq(vp_table_find(&table, names[i]),
		    is_in[i] ? names[i] : NULL);
	vp_table_remove(&table, "other");
	ck_assert_uint_eq(table.used, n);
	vp_table_free(&table);
}
END_TEST

START_TEST(requests)
{
	static const char two[] = "\0\0\0\3abc\0\1 ";
	const char *text;
	size_t used, size;

	ck_assert_int_eq(
	    vp_request_take(two, 10, &used, &text, &size), VP_REQUEST_WHOLE);
	ck_assert_uint_eq(used, 7);
	ck_assert_uint_eq(size, 3);
	ck_assert_mem_eq(text, "abc", 3);
	ck_assert_int_eq(
	    vp_request_take(two + 7, 3, &used, &text, &size), VP_REQUEST_WHOLE);
	ck_assert_uint_eq(used, 3);
	ck_assert_int_eq(
	    vp_request_take(two, 6, &used, &text, &size), VP_REQUEST_PART);
	ck_assert_uint_eq(used, 2);
	ck_assert_int_eq(
	    vp_request_take(two, 1, &used, &text, &size), VP_REQUEST_PART);
	ck_assert_uint_eq(used, 0);
	ck_assert_int_eq(
	    vp_request_take("\4\1", 2, &used, &text, &size), VP_REQUEST_LONG);
	ck_assert_int_eq(
	    vp_request_take("\4\0", 2, &used, &text, &size), VP_REQUEST_PART);

	unsigned char reply[VP_REPLY_SIZE];
	vp_reply_make(0x42d, 5, reply);
	ck_assert_mem_eq(reply, "\0\0\0\0\0\0\4\x2d\0\0\0\0\0\0\0\5", 16);
}
END_TEST

static struct vp_domain *
add_domain(struct vp_site *site, const char *name, const char *real)
{
	struct vpop_domain entry = { .name = "" };

	snprintf(entry.name, sizeof entry.name, "%s", name);
	snprintf(entry.real, sizeof entry.real, "%s", real);
	snprintf(entry.dir, sizeof entry.dir, "%s", scratch);
	return vp_site_learn(site, &entry);
}

static void
count_call(void *arg, struct vp_box *box)
{
	(void)box;
	++*(int *)arg;
}

static void
count_domain(void *arg, struct vp_domain *domain)
{
	(void)domain;
	++*(int *)arg;
}

START_TEST(sums)
{
	struct vp_site site;
	struct vp_domain *d;
	char dir[128];
	int calls = 0;

	vp_site_init(&site);
	d = add_domain(&site, "x.test", "x.test");
	ck_assert_ptr_eq(add_domain(&site, "alias.test", "x.test"), d);
	ck_assert_ptr_eq(vp_site_domain(&site, "alias.test"), d);
	snprintf(dir, sizeof dir, "%s/a/joe", scratch);
	struct vp_box *joe =
	    vp_box_learn(&site, d, "joe", dir, count_call, &calls);
	struct vp_box *ann =
	    vp_box_learn(&site, d, "ann", "/else/where", count_call, &calls);
	ck_assert_str_eq(joe->text, "a/joe");
	ck_assert_str_eq(ann->text, "/else/where");
	ck_assert_str_eq(vp_box_name(ann), "ann");
	ck_assert_ptr_eq(vp_domain_box(d, "joe"), joe);
	vp_part_set(&site, joe, &joe->inbox, VP_NEW, 5, 100, 2);
	vp_part_set(&site, ann, &ann->inbox, VP_CUR, 6, 10, 1);
	vp_part_set(&site, joe, &joe->inbox, VP_NEW, 7, 50, 1);
	ck_assert_uint_eq(d->bytes, 60);
	ck_assert_uint_eq(d->count, 2);
	ck_assert(!vp_domain_is_known(d));
	vp_box_verified(joe);
	vp_box_verified(joe);
	ck_assert_uint_eq(d->unverified, 1);
	/* The same place: nothing is lost; another one: all is. */
	ck_assert_ptr_eq(
	    vp_box_learn(&site, d, "joe", dir, count_call, &calls), joe);
	ck_assert_int_eq(calls, 0);
	vp_box_learn(&site, d, "ann", "/other", count_call, &calls);
	ck_assert_int_eq(calls, 1);
	ck_assert_uint_eq(d->bytes, 50);
	site.pass++;
	vp_site_forget(&site, count_domain, &calls);
	ck_assert_int_eq(calls, 2);
	ck_assert_ptr_null(vp_site_domain(&site, "x.test"));
	ck_assert_uint_eq(site.boxes, 0);
	vp_site_free(&site);
}
END_TEST

/* What is counted of accounts that have one directory, whoever came first and
 * whoever goes. */
START_TEST(shared)
{
	static const char *const names[] = { "joe", "sales", "info" };
	char dir[128];
	int calls = 0;

	snprintf(dir, sizeof dir, "%s/joe", scratch);
	for (int first = 0; first < 3; first++) {
		struct vp_site site;
		struct vp_box *box[3];

		vp_site_init(&site);
		struct vp_domain *d = add_domain(&site, "x.test", "x.test");
		for (int i = 0; i < 3; i++) {
			box[i] = vp_box_learn(&site, d, names[(first + i) % 3],
			    dir, count_call, &calls);
			vp_part_set(
			    &site, box[i], &box[i]->inbox, VP_NEW, 5, 100, 2);
			ck_assert_uint_eq(d->bytes, 100);
			ck_assert_uint_eq(d->count, 2);
		}
		/* Another one of the same name elsewhere is not one of them. */
		struct vp_box *other = vp_box_learn(
		    &site, d, "other", "/away/joe", count_call, &calls);
		vp_part_set(&site, other, &other->inbox, VP_NEW, 5, 7, 1);
		ck_assert_uint_eq(d->bytes, 107);
		vp_part_set(&site, box[1], &box[1]->inbox, VP_NEW, 6, 120, 3);
		ck_assert_uint_eq(d->bytes, 107);
		vp_box_forget(&site, box[0]);
		ck_assert(d->bytes == 107 || d->bytes == 127);
		vp_part_set(&site, box[2], &box[2]->inbox, VP_NEW, 6, 120, 3);
		ck_assert_uint_eq(d->bytes, 127);
		ck_assert_uint_eq(d->count, 4);
		vp_box_forget(&site, box[2]);
		ck_assert_uint_eq(d->bytes, 127);
		vp_box_forget(&site, box[1]);
		vp_box_forget(&site, other);
		ck_assert_uint_eq(d->bytes, 0);
		ck_assert_uint_eq(d->count, 0);
		ck_assert_uint_eq(d->twins, 0);
		vp_site_free(&site);
	}
}
END_TEST

static void
fill(struct vp_site *site)
{
	struct vp_domain *d;
	int calls = 0;

	vp_site_init(site);
	d = add_domain(site, "x.test", "x.test");
	for (int i = 0; i < 20; i++) {
		char dir[128], name[16];

		snprintf(name, sizeof name, "user%d", i);
		snprintf(dir, sizeof dir, "%s/%s%s", scratch, name,
		    i % 3 ? "" : "/else");
		struct vp_box *box =
		    vp_box_learn(site, d, name, dir, count_call, &calls);
		vp_part_set(site, box, &box->inbox, VP_NEW, 5, 100, 2);
		if (i % 2)
			continue;
		struct vp_folders *f = calloc(1, sizeof *f + sizeof f->list[0]);
		f->count = 1;
		f->list[0].name = strdup(".Sub");
		f->list[0].parts.bytes[VP_CUR] = 7;
		f->list[0].parts.count[VP_CUR] = 1;
		vp_folders_set(site, box, f);
	}
}

START_TEST(saved)
{
	struct vp_site site, again;
	char path[128];
	size_t size;

	snprintf(path, sizeof path, "%s/state", scratch);
	fill(&site);
	vp_site_init(&again);
	struct vp_domain *d = add_domain(&again, "x.test", "x.test");
	ck_assert_int_eq(vp_state_load(&again, path), 1);
	ck_assert_int_eq(vp_state_save(&site, path), 0);
	ck_assert_int_eq(vp_state_load(&again, path), 0);
	ck_assert_uint_eq(again.boxes, 20);
	ck_assert_uint_eq(d->bytes, 20 * 100 + 10 * 7);
	ck_assert_uint_eq(d->count, 20 * 2 + 10);
	ck_assert_uint_eq(d->unverified, 20);
	ck_assert_str_eq(vp_domain_box(d, "user3")->text, "user3/else");
	vp_site_free(&again);
	/* Not a byte less, and none other. */
	char *text = vp_file_read(AT_FDCWD, path, 1 << 20, &size);
	ck_assert_ptr_nonnull(text);
	vp_site_init(&again);
	d = add_domain(&again, "x.test", "x.test");
	for (size_t i = 0; i < size; i++) {
		ck_assert_int_eq(vp_state_parse(&again, text, i), -1);
		text[i] ^= 0x10;
		ck_assert_int_eq(vp_state_parse(&again, text, size), -1);
		ck_assert_int_eq(errno, EBADMSG);
		text[i] ^= 0x10;
		ck_assert_uint_eq(again.boxes, 0);
		ck_assert_uint_eq(d->bytes, 0);
	}
	/* Numbers that other settings would not give. */
	again.by_name = 1;
	ck_assert_int_eq(vp_state_parse(&again, text, size), -1);
	again.by_name = 0;
	ck_assert_int_eq(vp_state_parse(&again, text, size), 0);
	free(text);
	vp_site_free(&again);
	vp_site_free(&site);
	/* A folder that is not there. */
	ck_assert_int_eq(vp_state_save(&site, "/nonexistent/state"), -1);
}
END_TEST

static void
make(const char *dir, const char *name)
{
	char path[256];

	snprintf(path, sizeof path, "%s/%s", dir, name);
	ck_assert_int_eq(mkdir(path, 0700), 0);
}

/* A look in slices of no time finds what one look finds. */
START_TEST(slices)
{
	struct vp_site site;
	struct vp_scan scan;
	char path[256];
	int calls = 0;
	unsigned steps = 0;

	vp_site_init(&site);
	site.by_name = 1;
	struct vp_domain *d = add_domain(&site, "x.test", "x.test");
	make(scratch, "joe");
	make(scratch, "joe/Maildir");
	make(scratch, "joe/Maildir/new");
	make(scratch, "joe/Maildir/cur");
	for (int i = 0; i < 1000; i++) {
		snprintf(path, sizeof path, "%s/joe/Maildir/new/%d,S=10",
		    scratch, i);
		int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
		ck_assert_int_ge(fd, 0);
		close(fd);
	}
	snprintf(path, sizeof path, "%s/joe", scratch);
	struct vp_box *box =
	    vp_box_learn(&site, d, "joe", path, count_call, &calls);
	enum vp_scan_state state = vp_scan_begin(&scan, &site, box, NULL, 0);
	while (state == VP_SCAN_MORE) {
		state = vp_scan_step(&scan, 0);
		steps++;
	}
	ck_assert_int_eq(state, VP_SCAN_DONE);
	ck_assert_uint_gt(steps, 10);
	vp_scan_end(&scan);
	vp_scan_close_domain();
	ck_assert_uint_eq(d->bytes, 10000);
	ck_assert_uint_eq(d->count, 1000);
	ck_assert_uint_eq(d->unverified, 0);
	vp_site_free(&site);
}
END_TEST

int
main(void)
{
	return unit_main("vusaged", (const TTest *const[]){ tables, requests,
					sums, shared, saved, slices, NULL });
}
