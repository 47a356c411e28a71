-- title: task_09, know when to stop, every campaign
-- key: campaign
-- score: passes/runs
select campaigns.campaign, model, harness, passes, runs, score
from per_task_results join campaigns using (campaign)
where suite = 'agentic-core-v1' and task_id = 'task_09'
order by passes desc, campaigns.campaign
