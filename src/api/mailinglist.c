/*
 * Mailing lists: listInfoType to and from the records of the library.
 */
#include "config.h"

#include <string.h>

#include "api/mailinglist.h"
#include "base/text.h"
#include "vauth.h"
#include "vpopmail.h"

#define OPTIONS 32 /* room for all letters */

enum status {
	NOT_A_LIST = 1,
	UNPARSABLE,
	NO_DOMAIN,
	NOT_A_DOMAIN,
	EXISTS,
	NO_LIST,
	TOO_LONG = 11
};

static const char *const status_texts[] = {
	"no error",
	"list address expected",
	"cannot parse address",
	"Domain does not exist.",
	"expected domain name in the form example.com",
	"address already exists",
	"mailing list does not exist",
	"cannot remove the list's directory",
	"cannot open the domain's directory",
	"cannot remove the list's main file",
	"cannot remove another file of the list",
	"path is too long",
};

/* The fields that are one letter, and whether the letter turns them off. */
static const struct {
	char letter;
	int inverted;
	size_t offset;
} switches[] = {
	{ 'a', 0, offsetof(listInfoType, Archive) },
	{ 'd', 0, offsetof(listInfoType, Digest) },
	{ 'e', 0, offsetof(listInfoType, Edit) },
	{ 'f', 0, offsetof(listInfoType, Prefix) },
	{ 'h', 1, offsetof(listInfoType, SubConf) },
	{ 'i', 0, offsetof(listInfoType, Indexed) },
	{ 'j', 1, offsetof(listInfoType, UnsubConf) },
	{ 'k', 0, offsetof(listInfoType, Kill) },
	{ 'l', 0, offsetof(listInfoType, RemoteSub) },
	{ 'n', 0, offsetof(listInfoType, RemoteText) },
	{ 'p', 0, offsetof(listInfoType, Public) },
	{ 'q', 0, offsetof(listInfoType, Requests) },
	{ 'r', 0, offsetof(listInfoType, Remote) },
	{ 's', 0, offsetof(listInfoType, SubMod) },
	{ 't', 0, offsetof(listInfoType, Trailer) },
	{ 'w', 1, offsetof(listInfoType, Warn) },
	{ 'x', 0, offsetof(listInfoType, Extra) },
};

#define SWITCHES (sizeof switches / sizeof *switches)

/* What info->entry points to. */
struct entry {
	domain_entry entry;
	struct vpop_domain domain;
};

static const char posting_letters[][4] = { "MUO", "MuO", "muO", "mUo", "mUO" };
static const char access_letters[][3] = { "BG", "Bg", "bG" };

#define POSTINGS (int)(sizeof posting_letters / sizeof *posting_letters)
#define ACCESSES (int)(sizeof access_letters / sizeof *access_letters)

/* ---- options ---------------------------------------------------------- */

static int *
field(listInfoType *info, size_t i)
{
	union {
		char *bytes;
		int *number;
	} at = { .bytes = (char *)info + switches[i].offset };

	return at.number;
}

/* The letter as one of these words has it. */
static int
find(const char *words, int letter)
{
	/* NOLINTNEXTLINE(clang-analyzer-core.uninitialized.Branch) */
	for (; *words; words++)
		if ((*words | 0x20) == letter)
			return *words;
	return 0;
}

/* One letter of the list: as a small or a capital one. */
static int
letter_of(listInfoType *info, int letter)
{
	int posting = info->Posting, access_to = info->Access;

	if (strchr("muo", letter))
		return find(posting_letters[posting < 0 || posting >= POSTINGS
						? 1
						: posting],
		    letter);
	if (strchr("bg", letter))
		return find(
		    access_letters[access_to < 0 || access_to >= ACCESSES
				       ? 2
				       : access_to],
		    letter);
	for (size_t i = 0; i < SWITCHES; i++)
		if (switches[i].letter == letter) {
			int on = (*field(info, i) != 0) != switches[i].inverted;

			return on ? letter : letter - 'a' + 'A';
		}
	return 0;
}

static void
get_options(listInfoType *info, char ret_text[OPTIONS])
{
	size_t count = 0;

	ret_text[count++] = '-';
	for (const char *p = "abdefghijklmnopqrstuwx"; *p; p++)
		ret_text[count++] = (char)letter_of(info, *p);
	ret_text[count] = '\0';
}

VPOP_EXPORT int
listGetOptions(listInfoType *info, char *options, int max)
{
	char text[OPTIONS];

	if (!info || !options || max < 1)
		return vp_api_result(VA_NULL_POINTER);
	get_options(info, text);
	if (vp_copy(options, (size_t)max, text) != 0)
		return vp_api_result(VA_INTERNAL_BUFFER_EXCEEDED);
	return vp_api_result(0);
}

/* The fields that letters stand for. */
static void
set_options(listInfoType *info, const char *letters)
{
	const int m = strchr(letters, 'm') != NULL;
	const int o = strchr(letters, 'o') != NULL;
	const int u = strchr(letters, 'u') != NULL;

	for (size_t i = 0; i < SWITCHES; i++)
		*field(info, i) = (strchr(letters, switches[i].letter) !=
				      NULL) != switches[i].inverted;
	info->Posting = u;
	if (m && !u)
		info->Posting = o ? 3 : 4;
	else if (m)
		info->Posting = 2;
	info->Access = 0;
	if (strchr(letters, 'b'))
		info->Access = 2;
	else if (strchr(letters, 'g'))
		info->Access = 1;
}

/* ---- filling ---------------------------------------------------------- */

/* plugin:host:port:user:password:database:table */
static int
set_sql(listInfoType *info, const char *sql)
{
	AUTO_FREE char *copy = strdup(sql);
	const char *parts[7];
	char *rest = copy;
	int64_t port = 0;
	int rc = copy ? 0 : -1;

	for (size_t i = 0; rc == 0 && i < 7; i++) {
		parts[i] = strsep(&rest, ":");
		if (!parts[i])
			return 0;
	}
	if (rc == 0) {
		info->SQLSupport = 1;
		if (vp_number(parts[2], 0, 65535, &port) == 0)
			info->SQLPort = (int)port;
		rc = vp_copy(info->SQLHost, MAX_NAME, parts[1]) |
		     vp_copy(info->SQLUser, MAX_NAME, parts[3]) |
		     vp_copy(info->SQLPass, MAX_NAME, parts[4]) |
		     vp_copy(info->SQLBase, MAX_NAME, parts[5]) |
		     vp_copy(info->SQLTable, MAX_NAME, parts[6]);
		explicit_bzero(copy, strlen(sql));
	}
	return rc;
}

static int
set_paths(listInfoType *info)
{
	const struct entry *entry = (const struct entry *)info->entry;
	const char *dir = entry->domain.dir;
	int rc = vp_copy(info->Domain, MAX_NAME, entry->domain.real) |
		 vp_format(info->Dir, MAX_NAME, "%s/%s", dir, info->Name) |
		 vp_format(info->Dot, MAX_NAME, "%s/.qmail-", dir);

	if (rc != 0)
		return TOO_LONG;
	size_t length = strlen(info->Dot);
	if (vp_copy(info->Dot + length, MAX_NAME - length, info->Name) != 0)
		return TOO_LONG;
	for (char *p = info->Dot + length; *p; p++)
		if (*p == '.')
			*p = ':';
	return 0;
}

static int
set_new(listInfoType *info)
{
	set_options(info, "afpru");
	info->ReplyTo = VPOP_LIST_REPLY_LIST;
	if (vp_format(info->OwnerEmail, MAX_NAME, "postmaster@%s",
		info->Domain) != 0 ||
	    vp_format(info->PrefixText, MAX_NAME, "[%s]", info->Name) != 0)
		return TOO_LONG;
	return 0;
}

static int
set_existing(listInfoType *info, const struct vpop_list *list)
{
	set_options(info, list->options);
	info->Edit = 1;
	info->ReplyTo = (int)list->reply;
	if (vp_copy(info->OwnerEmail, MAX_NAME, list->owner) != 0 ||
	    vp_copy(info->PrefixText, MAX_NAME, list->prefix) != 0 ||
	    vp_copy(info->ReplyTo_Addr, MAX_NAME, list->reply_address) != 0 ||
	    set_sql(info, list->sql) != 0)
		return TOO_LONG;
	return 0;
}

static int
set_domain(struct vpop *vp, listInfoType *info, const char *name)
{
	struct entry *entry = calloc(1, sizeof *entry);

	if (!entry)
		return VA_MEMORY_ALLOC_ERR;
	info->entry = &entry->entry;
	int code = vpop_domain_get(vp, name, &entry->domain);
	if (code < 0)
		return code == VA_DOMAIN_DOES_NOT_EXIST ? NO_DOMAIN : code;
	entry->entry = (domain_entry){ .domain = entry->domain.name,
		.realdomain = entry->domain.real,
		.uid = (int)entry->domain.uid,
		.gid = (int)entry->domain.gid,
		.path = entry->domain.dir };
	return set_paths(info);
}

static int
set_list(struct vpop *vp, listInfoType *info, int creating)
{
	struct vpop_list list;
	int code = vpop_list_get(vp, info->Name, info->Domain, &list);

	if (code == 0) {
		code = creating ? EXISTS : set_existing(info, &list);
		explicit_bzero(&list, sizeof list);
		return code;
	}
	if (code == VA_ILLEGAL_USERNAME)
		return UNPARSABLE;
	if (code != VA_USER_DOES_NOT_EXIST)
		return code;
	return creating ? set_new(info) : NO_LIST;
}

static int
init(struct vpop *vp, listInfoType *info, const char *address, int is_domain,
    int creating)
{
	const char *at = strchr(address, '@');
	char user[VPOP_USER_SIZE], domain[VPOP_DOMAIN_SIZE];
	int code;

	info->DomainOnly = is_domain;
	if (is_domain && (at || *address == '\0'))
		return NOT_A_DOMAIN;
	if (is_domain)
		return set_domain(vp, info, address);
	if (!at)
		return NOT_A_LIST;
	if (strchr(at + 1, '@') ||
	    vpop_parse_address(vp, address, user, domain) != 0 ||
	    user[0] == '\0' || vp_copy(info->Name, MAX_NAME, user) != 0)
		return UNPARSABLE;
	if ((code = set_domain(vp, info, domain)) != 0)
		return code;
	return set_list(vp, info, creating);
}

/* entry points to the first member of a struct entry. */
static void
release(listInfoType *info)
{
	free(info->entry);
	explicit_bzero(info, sizeof *info);
}

VPOP_EXPORT int
listInit(listInfoType *info, char *address, int isDomainOnly, int isCreating)
{
	struct vpop *vp;

	if (!info)
		return vp_api_result(VA_NULL_POINTER);
	memset(info, 0, sizeof *info);
	if (!address)
		return vp_api_result(VA_NULL_POINTER);
	if (!(vp = vp_api_handle()))
		return verrori;
	int code = init(vp, info, address, isDomainOnly, isCreating);
	if (code != 0)
		release(info);
	if (code < 0)
		vp_api_result(code);
	return code;
}

VPOP_EXPORT int
listClose(listInfoType *info)
{
	if (!info)
		return vp_api_result(VA_NULL_POINTER);
	release(info);
	return vp_api_result(0);
}

VPOP_EXPORT void
listGetError(char *text, const int size, const int status)
{
	const char *words =
	    status < 0 ? vpop_code_text(status) : "unknown error";

	if (!text || size < 1)
		return;
	if (status >= 0 &&
	    (size_t)status < sizeof status_texts / sizeof *status_texts)
		words = status_texts[status];
	snprintf(text, (size_t)size, "%s", words);
}

/* The handle for an info that listInit filled. */
struct vpop *
vp_api_list(const listInfoType *info)
{
	if (!info || !info->entry) {
		vp_api_result(VA_NULL_POINTER);
		return NULL;
	}
	return vp_api_handle();
}

/* ---- one list --------------------------------------------------------- */

/* The access to a database as one text, "" if there is none; NULL: no
 * memory. */
static char *
join_sql(const listInfoType *info)
{
	char *text = NULL;

	if (!info->SQLSupport)
		return strdup("");
	if (asprintf(&text, "mysql:%s:%d:%s:%s:%s:%s", info->SQLHost,
		info->SQLPort, info->SQLUser, info->SQLPass, info->SQLBase,
		info->SQLTable) < 0)
		return NULL;
	return text;
}

static int
make(struct vpop *vp, listInfoType *info, const char *sql)
{
	struct vpop_list_change change = { .name = info->Name,
		.domain = info->Domain,
		.owner = *info->OwnerEmail ? info->OwnerEmail : NULL,
		.prefix = info->Prefix ? info->PrefixText : "",
		.reply = VPOP_LIST_REPLY_SENDER,
		.reply_address = info->ReplyTo_Addr,
		.sql = *sql ? sql : NULL };
	char options[OPTIONS], letters[OPTIONS];
	size_t count = 0;

	get_options(info, options);
	/* Whether it is there is said by the function that is called. */
	for (const char *p = options + 1; *p; p++)
		if ((*p | 0x20) != 'e')
			letters[count++] = *p;
	letters[count] = '\0';
	change.options = letters;
	if (info->Prefix && info->PrefixText[0] == '\0')
		change.prefix = NULL;
	if (info->ReplyTo >= VPOP_LIST_REPLY_SENDER &&
	    info->ReplyTo <= VPOP_LIST_REPLY_ADDRESS)
		change.reply = (enum vpop_list_reply)info->ReplyTo;
	return info->Edit ? vpop_list_modify(vp, &change)
			  : vpop_list_create(vp, &change);
}

VPOP_EXPORT int
listMake(listInfoType *info)
{
	struct vpop *vp = vp_api_list(info);
	char *sql;
	int code;

	if (!vp)
		return verrori;
	sql = join_sql(info);
	if (!sql)
		return vp_api_result(VA_MEMORY_ALLOC_ERR);
	code = make(vp, info, sql);
	explicit_bzero(sql, strlen(sql));
	free(sql);
	if (code == 0)
		info->Edit = 1;
	return vp_api_result(code);
}

VPOP_EXPORT int
listDelete(listInfoType *info)
{
	struct vpop *vp = vp_api_list(info);
	int code;

	if (!vp)
		return verrori;
	code = vpop_list_delete(vp, info->Name, info->Domain);
	if (code == 0)
		info->Edit = 0;
	return vp_api_result(code);
}
