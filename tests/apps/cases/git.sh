# git: init, add, commit, branches, merge, clone from a path, gc, fsck.
# app-needs: git
export GIT_AUTHOR_DATE='2001-02-03T04:05:06Z' GIT_COMMITTER_DATE='2001-02-03T04:05:06Z'
git config --global user.name n; git config --global user.email e@x; git config --global init.defaultBranch main; git config --global advice.detachedHead false
exec 2>&1
git init r | sed 's,in .*,,' && cd r && cp -r /usr/include/linux . && git add . && git commit -qm one && git log --oneline
echo change >>linux/fs.h && git diff --stat && git commit -qam two && git checkout -qb side HEAD~1 && echo new >new && git add new && git commit -qm side
git checkout -q main && git merge -q --no-edit side && git log --oneline --graph && git status --short | wc -l
cd .. && git clone -q r c && git -C c log --oneline | cksum && git clone -q --no-hardlinks --bare r bare.git && git -C c fsck --full && git -C c gc -q && git -C c fsck
git clone -q "file://$PWD/r" f && git -C f ls-files | wc -l && cd f && echo x >x && git add x && git commit -qm x && git push -q ../bare.git HEAD:refs/heads/x && git -C ../bare.git log -1 --format=%s x
git stash list; echo y >x; git stash -q && git stash pop -q && git blame x | cut -c1-8 | wc -l; git archive HEAD | tar t | wc -l; git bisect start -q HEAD HEAD~2 >/dev/null; git bisect reset -q; git grep -c main | cksum
git worktree add -q ../wt x 2>/dev/null || git worktree add -q ../wt HEAD; git worktree list | wc -l; git rebase -q HEAD~1; git reflog | wc -l; git submodule status; git repack -adq; git count-objects -v | grep -E '^(count|packs)'
