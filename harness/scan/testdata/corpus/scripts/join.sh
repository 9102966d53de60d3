#!/bin/bash
kubeadm join 10.0.0.1:6443 --token x --cri-socket /var/run/dockershim.sock
kubectl annotate node "$(hostname)" kubeadm.alpha.kubernetes.io/cri-socket=unix:///run/cri-dockerd.sock --overwrite
crictl -r unix:///run/containerd/containerd.sock ps
/etc/eks/bootstrap.sh prod --container-runtime dockerd
