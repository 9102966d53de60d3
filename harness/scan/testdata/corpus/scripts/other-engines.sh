#!/bin/bash
podman build -t docker.io/shop/web .
nerdctl -n k8s.io images
buildah push shop/web docker://registry.example.com/shop/web
helm repo add docker https://charts.example.com/docker
git clone https://github.com/docker/compose
alias docker=podman
docker run --rm shop/web
