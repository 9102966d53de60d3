#!/bin/sh
for node in $(cat nodes); do
  ssh -o BatchMode=yes "core@$node" 'sudo docker info --format "{{.Driver}}"'
  ssh "$node" sudo systemctl is-active kubelet
done
ssh admin@builder <<'END'
docker images
echo docker done
END
