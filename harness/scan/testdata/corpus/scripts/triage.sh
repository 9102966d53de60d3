#!/bin/bash
kubectl get events -A | grep "Error response from daemon"
kubectl get pods -o json | jq -r '.. | .containerID? // empty' | awk -F'docker://' '{print $2}'
kubectl get nodes -o wide | grep -v docker
ps aux | grep '[d]ockerd'
iptables -t filter -L DOCKER-USER
ip addr show docker0
case "$id" in docker://*) echo old ;; esac
[[ $state == running ]] && echo "use docker logs"
