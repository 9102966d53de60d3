#!/bin/sh
curl -s --unix-socket /var/run/docker.sock http://localhost/containers/json
curl -s http://127.0.0.1:2375/info
curl -sL https://download.docker.com/linux/debian/gpg -o /tmp/key
curl -s https://hub.docker.com/v2/repositories/library/
wget -q https://registry-1.docker.io/v2/
