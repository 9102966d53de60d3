#!/bin/bash
apt-get remove -y docker docker-engine docker.io
apt-get install -y containerd.io
yum install -y yum-utils docker-ce-20.10.24 docker-ce-cli
usermod -aG docker ubuntu
dockerd --version | tee /var/log/docker-version
pip install docker-compose==1.29.2
