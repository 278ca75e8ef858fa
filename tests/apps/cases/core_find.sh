# Walks of large trees.
find /usr -xdev \( -path /usr/share/polkit-1/rules.d -o -name __pycache__ \) -prune -o -print | sort | cksum
find /usr/include -type f -size -2k -newermt 2001-01-01 -printf '%p %s %m %u %T@ %n\n' | sort | cksum
find /usr/lib -name '*.so*' -type l -printf '%p %l\n' | sort | cksum
find /usr/share/zoneinfo -samefile /usr/share/zoneinfo/Europe/Berlin | sort
find /etc -maxdepth 1 -type d -perm -755 | sort | cksum
ls -lR /usr/include | cksum
