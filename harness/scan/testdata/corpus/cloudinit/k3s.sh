#!/bin/bash
export INSTALL_K3S_EXEC="--docker"
curl -sfL https://get.k3s.io | sh -
crictl config runtime-endpoint=${CRI:-unix:///run/cri-dockerd.sock}
check=(docker info)
