/*
 * How a session begins: by what the front says of the connection, and, for
 * Unix sockets, by what the system says.
 */
#include "config.h"

#include <string.h>
#include <sys/socket.h>

#include "base/text.h"
#include "daemons/vpopmaild/worker.h"

/* Who is at the other end of a Unix connection.  The descriptor must be one
 * of a socket of ours with a name: the front could send anything. */
static void
see_peer(const struct vpd_setup *setup, int peer, struct vpd_session *session)
{
	struct sockaddr_storage address;
	socklen_t address_size = sizeof address;
	struct ucred who;
	socklen_t size = sizeof who;

	if (peer < 0 || !setup->peer_login)
		return;
	memset(&address, 0, sizeof address);
	if (getsockname(peer, (struct sockaddr *)&address, &address_size) !=
		0 ||
	    address.ss_family != AF_UNIX ||
	    getsockopt(peer, SOL_SOCKET, SO_PEERCRED, &who, &size) != 0)
		return;

	const char *path = (const char *)&address + sizeof(sa_family_t);
	for (int i = 0; i < setup->count; i++) {
		if (setup->addresses[i].kind != VPD_UNIX ||
		    strcmp(setup->addresses[i].text, path) != 0)
			continue;
		session->peer = VPD_PEER_UNIX;
		session->peer_uid = who.uid;
	}
}

/* state: two texts, each with its NUL. */
int
vpd_session_begin(const struct vpd_setup *setup, const unsigned char *state,
    size_t size, int peer, struct vpd_session *ret_session)
{
	const char *remote = (const char *)state;
	size_t length = strnlen(remote, size);
	const char *local = remote + length + 1;
	struct vpd_session *session = ret_session;

	vpd_session_init(session);
	if (length + 2 > size || local[size - length - 2] != '\0' ||
	    vp_copy(session->peer_name, sizeof session->peer_name, remote) !=
		0 ||
	    vp_copy(session->local_ip, sizeof session->local_ip, local) != 0)
		return -1;
	see_peer(setup, peer, session);
	return 0;
}
