#include "config.h"

#include "daemons/common/fdpass.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

union control {
	struct cmsghdr header;
	char data[CMSG_SPACE(sizeof(int))];
};

ssize_t
vp_fd_send(int channel, const void *data, size_t size, int fd, int flags)
{
	union control control = { .data = { 0 } };
	struct iovec part = { NULL, size };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };

	memcpy(&part.iov_base, &data, sizeof data);
	if (fd >= 0) {
		message.msg_control = &control;
		message.msg_controllen = sizeof control;
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(sizeof fd);
		memcpy(CMSG_DATA(&control.header), &fd, sizeof fd);
	}
	return sendmsg(channel, &message, flags | MSG_NOSIGNAL);
}

ssize_t
vp_fd_receive(int channel, void *data, size_t size, int *fd, int flags)
{
	union control control;
	struct iovec part = { data, size };
	struct msghdr message = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof control };
	ssize_t n = recvmsg(channel, &message, flags | MSG_CMSG_CLOEXEC);
	struct cmsghdr *header = n < 0 ? NULL : CMSG_FIRSTHDR(&message);

	for (; header; header = CMSG_NXTHDR(&message, header)) {
		if (header->cmsg_level != SOL_SOCKET ||
		    header->cmsg_type != SCM_RIGHTS ||
		    header->cmsg_len != CMSG_LEN(sizeof(int)))
			continue;
		if (*fd >= 0)
			close(*fd);
		memcpy(fd, CMSG_DATA(header), sizeof *fd);
	}
	return n;
}
