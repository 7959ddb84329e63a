#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int shadow(int hour);

int main(void)
{
    char motto[80] = "", answer[400];
    FILE *file = fopen(SHARE "/motto.txt", "r");
    if (file == NULL || fgets(motto, sizeof motto, file) == NULL)
        return 1;
    int body = snprintf(NULL, 0, "shadow %d: %s", shadow(15), motto);
    int length = snprintf(answer, sizeof answer, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\nshadow %d: %s", body, shadow(15), motto);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(8080)};
    int server = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    setsockopt(server, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(server, (struct sockaddr *)&address, sizeof address) != 0 || listen(server, 8) != 0)
        return 1;
    for (;;) {
        int client = accept(server, NULL, NULL);
        char request[2000];
        if (read(client, request, sizeof request) > 0)
            write(client, answer, length);
        close(client);
    }
}
