-- title: Scores by task, every campaign
-- key: campaign, task_id
-- passes: runs of the task that passed
-- runs: scored runs of the task
-- score: passes/runs
select campaigns.campaign, model, harness, task_id, per_task_results.title, passes, runs, score
from per_task_results join campaigns using (campaign)
where suite = 'agentic-core-v1'
order by task_id, campaigns.campaign
